// A recipe as an editor asks about it: checked by the same walk as for a run.

import Foundation
import Syntax
import Vocabulary

/// All that is known of a recipe while it is being written; a new text gets a new one.
public struct Analysis: Sendable {
  public let program: Program
  public let tree: SyntaxTree.File
  public let resolution: Resolution
  public let lexicon: Lexicon
  /// The recipes that it imports, directly or by way of others, by path; there or not.
  public let imported: Set<String>
  let observations: Observations
  private let definitions: [String: Definition]
  let reader: RecipeReader
  let probes: Probes

  public var source: SourceText { program.source }
  public var path: String { resolution.path }
  public var diagnostics: [Diagnostic] { program.diagnostics }

  public init(
    _ source: SourceText, at path: String, lexicon: Lexicon, reader: RecipeReader = .files,
    probes: Probes = Probes()
  ) {
    let parsed = Parser.parse(source)
    let walk = Analysis.walk(parsed, source, path, lexicon, reader, probes, cursor: nil)
    program = walk.program
    observations = walk.observations
    definitions = walk.definitions
    tree = parsed.tree
    imported = walk.observations.imported
    resolution = Resolution(parsed.tree, at: path, lexicon: lexicon, reader: reader)
    self.lexicon = lexicon
    self.reader = reader
    self.probes = probes
  }

  private struct Walk {
    let program: Program
    let observations: Observations
    let definitions: [String: Definition]
  }

  private static func walk(
    _ parsed: Parser.Result, _ source: SourceText, _ path: String, _ lexicon: Lexicon,
    _ reader: RecipeReader, _ probes: Probes, cursor: Int?
  ) -> Walk {
    let directory = URL(filePath: path).deletingLastPathComponent().standardizedFileURL
    let elaborator = Elaborator(
      lexicon: lexicon, graph: StageGraph(seed: 0, root: directory, files: .byPlace),
      source: source, directory: directory, reader: reader,
      observations: Observations(of: source, cursor: cursor))
    elaborator.probes = probes
    let program = Program(parsed, elaborator)
    return Walk(
      program: program,
      observations: elaborator.observations ?? Observations(of: source),
      definitions: elaborator.place.scopes.ofFile)
  }

  // MARK: Writing

  /// What is known at a place: the names defined above it, those of the lambdas and blocks around
  /// it, and the columns of the current row.
  public func surroundings(at offset: Int) -> Surroundings {
    let walk = Analysis.walk(
      (tree, program.diagnostics), source, path, lexicon, reader, probes, cursor: offset)
    let place = walk.observations.surroundings
    var names: [String: Definition] = [:]
    for symbol in resolution.symbols where symbol.scope.contains(offset) || isLast(symbol, offset) {
      // A name of the innermost scope is the last with its name.
      let known = symbol.isOfFile ? definitions[symbol.name] : nil
      names[symbol.name] = known ?? .value(Typed(.unknown, .absent))
    }
    for name in names.keys {
      if let found = place?.scopes[name] { names[name] = found.withoutCode }
    }
    var result = Surroundings(
      lexicon: lexicon, graph: program.graph, directory: program.directory, names: names)
    result.row = place?.row?.fields ?? []
    result.reader = reader
    result.probes = probes
    return result
  }

  /// The end of the text belongs to the scope of names of the file.
  private func isLast(_ symbol: Resolution.Symbol, _ offset: Int) -> Bool {
    symbol.scope.end == offset && symbol.scope.end >= symbol.range.end
  }

  // MARK: Types

  /// The type of the expression that stands exactly at a range, if one was looked at.
  public func type(at range: SourceRange) -> RecipeType? { observations.types[range] }

  /// The type of what a symbol names, as far as it is known.
  public func type(of index: Int) -> RecipeType? {
    let symbol = resolution.symbols[index]
    if symbol.isOfFile, case .value(let typed)? = definitions[symbol.name] { return typed.type }
    if let value = symbol.value, let type = type(at: value) { return type }
    let uses = resolution.occurrences.filter { $0.meaning == .symbol(index) }
    return uses.lazy.compactMap { type(at: $0.range) }.first
  }

  /// What a symbol of the file stands for.
  func definition(of index: Int) -> Definition? {
    let symbol = resolution.symbols[index]
    return symbol.isOfFile ? definitions[symbol.name] : nil
  }
}

extension Definition {
  /// The same, without what can be computed only inside the lambda that it belongs to.
  fileprivate var withoutCode: Definition {
    guard case .value(let typed) = self, case .code = typed.form else { return self }
    return .value(Typed(typed.type, .absent))
  }
}
