import Syntax
import Vocabulary

/// One submission at the prompt: what was typed, and what came of it.
public struct Cell: Sendable {
  /// Counted from 1, as the prompt shows it.
  public let number: Int
  public let source: SourceText
  let tree: SyntaxTree.File
  /// The cell that a cell beginning with `|>` continues from.
  let continues: Int?
  /// Kept from the last look; nil before the first.
  var outcome: CellOutcome?
  /// Whether results of it were computed before what it depends on changed.
  public internal(set) var isStale = false

  public var diagnostics: [Diagnostic] { outcome?.program.diagnostics ?? [] }
  public var names: [NamedValue] { outcome?.program.names ?? [] }
  /// What the expression that it ends with gives: a value, or the stage that will make it.
  public var value: Value? { outcome?.program.lastValue }
  public var type: RecipeType? { outcome?.program.lastType }
  /// Whether it asks for effects, which `Session.run` does.
  public var hasEffects: Bool { !(outcome?.program.effects.isEmpty ?? true) }
  public var isSound: Bool { outcome?.program.isSound ?? false }
  public var definedNames: [String] { tree.definedNames.map(\.text) }
  var reads: Set<String> { Set(tree.freeNames.map(\.name)) }
}

/// A cell, checked and evaluated against the cells that its names mean.
struct CellOutcome: Sendable {
  let program: Program
  let definitions: [String: Definition]
  let last: Typed?
  /// The cell that each name read comes from.
  let sources: [String: Int]
}

/// What the prompt tells about a submission.
public struct CellResult: Sendable {
  /// The number of the cell; nil if it was wrong and was not taken in.
  public let number: Int?
  public let source: SourceText
  public let diagnostics: [Diagnostic]
  /// The names that it defines.
  public let names: [NamedValue]
  /// What a bare expression gives: its type, and its value or the stage that will make it.
  public let type: RecipeType?
  public let value: Value?
  /// Whether it asks for effects, which `Session.run` does.
  public let hasEffects: Bool
  /// Earlier cells whose names it takes over.
  public let redefines: [Int]
  /// Cells that depend on it and now mean something else.
  public let changed: [ChangedCell]

  public var isSound: Bool { !diagnostics.contains { $0.severity == .error } }
}

/// A cell that changed because one that it depends on did.
public struct ChangedCell: Sendable {
  public let number: Int
  public let names: [String]
  /// Whether results that were there belong to the old state.
  public let isStale: Bool
  /// What is wrong with it now.
  public let diagnostics: [Diagnostic]
}
