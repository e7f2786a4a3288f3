// Under which word of an expression its value is shown when a `check` fails.

import Syntax

extension SyntaxTree.Expression {
  /// The operator, the name of what is called or taken, or where the expression begins.
  ///
  /// Nil for what explains itself, as literals do, and for what has no value to show.
  var anchor: SourceRange? {
    switch kind {
    case .number, .bool, .none, .parenthesised, .lambda, .range, .block, .lastValue, .error: nil
    case .text(let segments): isPlain(segments) ? nil : start
    case .unary(_, let operand): operand.isLiteral ? nil : start
    case .binary(_, _, _, let symbol): symbol
    case .member(_, let name): name.range
    case .call(let callee, _): callee.anchor ?? start
    case .pipe(_, let target): target.anchor
    case .index(let base, _): SourceRange(base.range.end, base.range.end + 1)
    case .name, .column, .list, .comprehension, .record, .conditional: isWritten ? nil : start
    }
  }

  private var start: SourceRange { SourceRange(range.start, range.start + 1) }

  private func isPlain(_ segments: [SyntaxTree.TextSegment]) -> Bool {
    segments.allSatisfy { if case .literal = $0 { true } else { false } }
  }

  private var isLiteral: Bool {
    switch kind {
    case .number, .bool, .none: true
    case .text(let segments): isPlain(segments)
    case .name, .column, .list, .comprehension, .record, .call, .member, .index, .unary, .binary,
      .pipe, .range, .lambda, .conditional, .block, .parenthesised, .lastValue, .error:
      false
    }
  }

  /// Whether it is a list that stands there as it is.
  private var isWritten: Bool {
    guard case .list(let elements) = kind else { return false }
    return elements.allSatisfy(\.isLiteral)
  }
}
