// The shape of a recipe: its names, its layout, the types that are not written, what folds.

import JSON
import Language
import Syntax
import Vocabulary

extension LanguageServer {
  // MARK: Symbols

  func symbols(_ analysis: Analysis, _ map: PositionMap) -> JSONValue {
    let own = analysis.resolution.symbols.indices.filter {
      analysis.resolution.symbols[$0].isOfFile
    }
    return .list(
      own.map { index in
        let symbol = analysis.resolution.symbols[index]
        let statement = analysis.tree.statements.first { $0.range.contains(symbol.range) }
        return .object(of: [
          "name": .text(symbol.name), "kind": .int(symbol.kind.number),
          "detail": analysis.type(of: index).map { .text("\($0)") },
          "range": map.json(statement?.range ?? symbol.range),
          "selectionRange": map.json(symbol.range),
        ])
      })
  }

  // MARK: Formatting

  /// One edit of the lines that differ; none where the recipe does not parse or is as it should be.
  func formatting(_ analysis: Analysis, _ map: PositionMap) -> JSONValue {
    let old = analysis.source.bytes
    guard let formatted = Formatter.format(analysis.source).map({ Array($0.utf8) }),
      formatted != old
    else { return [] }
    let common = zip(old, formatted).prefix { $0 == $1 }.count
    let start = (old[..<common].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    let rest = zip(old[start...].reversed(), formatted[start...].reversed()).prefix { $0 == $1 }
    // Whole lines stay: the edit ends where one does.
    let tail = Array(old.suffix(rest.count))
    let kept = tail.firstIndex(of: UInt8(ascii: "\n")).map { tail.count - $0 } ?? 0
    let range = SourceRange(start, old.count - kept)
    let text = String(decoding: formatted[start..<formatted.count - kept], as: UTF8.self)
    return [["range": map.json(range), "newText": .text(text)]]
  }

  // MARK: Types that are not written

  /// The type of each binding in a range, after its name.
  func hints(_ analysis: Analysis, _ map: PositionMap, _ range: SourceRange) -> JSONValue {
    let resolution = analysis.resolution
    let bindings = resolution.symbols.indices.filter {
      resolution.symbols[$0].value != nil && resolution.symbols[$0].range.touches(range)
    }
    let sorted = bindings.sorted {
      resolution.symbols[$0].range.start < resolution.symbols[$1].range.start
    }
    return .list(
      sorted.compactMap { index in
        guard let type = analysis.type(of: index), type != .unknown, type != .any else {
          return nil
        }
        let text = "\(type.widened)"
        let isLong = text.count > LanguageServer.longestHint
        return .object(of: [
          "position": map.position(of: resolution.symbols[index].range.end).json,
          "label": .text(
            ": " + (isLong ? text.prefix(LanguageServer.longestHint - 1) + "…" : text)),
          "kind": 1, "tooltip": isLong ? .text(text) : nil,
        ])
      })
  }

  private static var longestHint: Int { 60 }

  // MARK: Folding

  func folds(_ analysis: Analysis, _ map: PositionMap) -> JSONValue {
    let statements = analysis.tree.statements.map { fold($0.range, map, kind: nil) }
    let comments = analysis.source.commentBlocks.map { fold($0, map, kind: "comment") }
    return .list((statements + comments).compactMap(\.self))
  }

  private func fold(_ range: SourceRange, _ map: PositionMap, kind: String?) -> JSONValue? {
    let (first, last) = (map.position(of: range.start).line, map.position(of: range.end).line)
    guard last > first else { return nil }
    return .object(of: [
      "startLine": .int(first), "endLine": .int(last), "kind": kind.map { .text($0) },
    ])
  }
}

extension Resolution.Symbol.Kind {
  /// The number that the protocol has for what comes closest.
  fileprivate var number: Int {
    switch self {
    case .recipe: 2
    case .function: 12
    case .value, .formal, .local: 13
    case .param: 14
    case .type: 23
    }
  }
}

extension SourceText {
  /// Comments on lines that follow one another.
  fileprivate var commentBlocks: [SourceRange] {
    var blocks: [SourceRange] = []
    var last = -2
    for token in Lexer.tokens(of: bytes)
    where token.kind == .comment || token.kind == .documentation {
      let line = lineIndex(at: token.start)
      if line == last + 1, let block = blocks.popLast() {
        blocks.append(block.union(token.range))
      } else {
        blocks.append(token.range)
      }
      last = line
    }
    return blocks
  }
}
