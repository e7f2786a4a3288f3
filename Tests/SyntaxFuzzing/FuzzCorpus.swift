// The texts that mutation starts from.

import Foundation
import Syntax

/// Recipes, each with its tokens and the starts of its lines at hand.
public struct FuzzCorpus: Sendable {
  struct Seed: Sendable {
    let bytes: [UInt8]
    let tokens: [Token]
    let lineStarts: [Int]
  }

  let seeds: [Seed]

  /// - Parameter texts: at least one that is not empty.
  public init(texts: [[UInt8]]) {
    seeds = texts.filter { !$0.isEmpty }.map { bytes in
      Seed(
        bytes: bytes, tokens: Lexer.tokens(of: bytes),
        lineStarts: SourceText(name: "seed", bytes: bytes).lineStarts)
    }
    precondition(!seeds.isEmpty, "there is nothing to mutate")
  }

  public var count: Int { seeds.count }

  /// Every recipe of the repository, and the one that uses every form of the grammar.
  ///
  /// The order is that of their paths, so the same checkout gives the same inputs.
  public static func repository() throws -> FuzzCorpus {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    var texts = [Array(FuzzSamples.forms.utf8), Array(FuzzSamples.training.utf8)]
    for folder in ["recipes", "examples", "stdlib", "Tests"] {
      let place = root.appending(path: folder)
      let paths = try FileManager.default.subpathsOfDirectory(atPath: place.path)
      for path in paths.sorted() where path.hasSuffix(".recipe") {
        texts.append(Array(try Data(contentsOf: place.appending(path: path))))
      }
    }
    return FuzzCorpus(texts: texts)
  }
}
