/// Whether a cell can be evaluated as it stands; what Enter does at the prompt.
public enum Completeness: Hashable, Sendable {
  case complete
  /// More is to come; the next line is best indented by so many spaces.
  case incomplete(indent: Int)
  /// More text cannot make it right.
  case invalid

  public static func check(_ source: SourceText, continuing: Bool = false) -> Completeness {
    var parser = Parser(source)
    _ = parser.file(continuing: continuing)
    let onlyUnfinished = parser.diagnostics.count == parser.endComplaints
    if parser.diagnostics.isEmpty {
      return parser.endsInDocumentation ? .incomplete(indent: 0) : .complete
    }
    return onlyUnfinished ? .incomplete(indent: parser.nextIndentation) : .invalid
  }
}

extension Parser {
  /// Whether documentation waits for its statement.
  fileprivate var endsInDocumentation: Bool {
    let trailing = tokens.all.suffix(from: (tokens.significant.last ?? -1) + 1)
    return trailing.contains { $0.kind == .documentation }
  }

  /// Two spaces for each line that leaves a bracket open, or for one that ends in an operator.
  fileprivate var nextIndentation: Int {
    let open = brackets.unclosed.filter { brackets.limits[$0] >= tokens.count }
    guard !open.isEmpty else { return 2 }
    return 2 * Set(open.map { source.lineIndex(at: tokens[$0].start) }).count
  }
}
