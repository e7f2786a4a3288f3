// What a walk over a recipe writes down, for editors to ask about afterwards.

import Syntax
import Vocabulary

/// What was found out about the expressions of one text.
///
/// The body of a `def` is looked at once by itself and again at each call; the first look counts.
struct Observations {
  /// The text whose expressions are written down; those of imports and the library are not.
  let source: SourceText
  /// The place for which `surroundings` are wanted.
  let cursor: Int?
  private(set) var types: [SourceRange: RecipeType] = [:]
  /// The form that was chosen of a word that has several, by where the word stands.
  private(set) var chosen: [SourceRange: Primitive] = [:]
  /// The paths of all recipes that imports asked for, there or not.
  var imported: Set<String> = []
  /// The names and rows at the innermost expression around the cursor.
  private(set) var surroundings: Elaborator.Place?
  private var innermost: SourceRange?

  init(of source: SourceText, cursor: Int? = nil) {
    self.source = source
    self.cursor = cursor
  }

  mutating func enter(_ range: SourceRange, in place: Elaborator.Place) {
    guard let cursor, range.start <= cursor, cursor <= range.end else { return }
    // Of several looks at one place the last counts: a call knows the columns that a `def` gets.
    guard innermost.map({ $0.contains(range) }) ?? true else { return }
    innermost = range
    surroundings = place
  }

  mutating func leave(_ range: SourceRange, _ type: RecipeType) {
    if types[range].map({ $0 == .unknown }) ?? true { types[range] = type }
  }

  mutating func choose(_ primitive: Primitive, at callee: SourceRange) {
    if chosen[callee] == nil { chosen[callee] = primitive }
  }
}

extension Elaborator {
  /// Whether what is being looked at belongs to the text that is observed.
  private var isInSight: Bool { isObserved && observations?.source == place.source }

  func entering(_ expression: SyntaxTree.Expression) {
    if isInSight { observations?.enter(expression.range, in: place) }
  }

  func leaving(_ expression: SyntaxTree.Expression, _ typed: Typed) {
    if isInSight { observations?.leave(expression.range, typed.type) }
  }

  func choosing(_ primitive: Primitive, at callee: SourceRange) {
    if isInSight { observations?.choose(primitive, at: callee) }
  }
}
