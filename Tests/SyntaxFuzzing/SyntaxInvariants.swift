// What has to hold of lexer, parser and formatter, whatever they are given.

import Syntax

/// The outcome of one input.
public struct FuzzOutcome: Sendable {
  /// Whether it parses without errors.
  public let isAccepted: Bool
  /// The first thing that did not hold, in words.
  public let violation: String?
}

/// What has to hold for every input.
public enum SyntaxInvariants {
  /// - Parameter index: which input of a series this is; costly looks are taken at every 16th.
  public static func check(_ bytes: [UInt8], index: Int) -> FuzzOutcome {
    let source = SourceText(name: "fuzz", bytes: bytes)
    let (tree, diagnostics) = Parser.parse(source)
    let isAccepted = !diagnostics.contains { $0.severity == .error }
    var violation = lexing(bytes) ?? parsing(tree, diagnostics, source)
    if violation == nil && index % 16 == 0 { violation = looking(diagnostics, source) }
    if violation == nil && isAccepted { violation = FormatInvariants.violation(source, tree) }
    return FuzzOutcome(isAccepted: isAccepted, violation: violation)
  }

  /// The tokens, laid end to end, are the text.
  private static func lexing(_ bytes: [UInt8]) -> String? {
    var end = 0
    for token in Lexer.tokens(of: bytes) {
      guard token.start == end && token.end > token.start else {
        return "a token covers \(token.range), the one before ends at \(end)"
      }
      end = token.end
    }
    return end == bytes.count ? nil : "the tokens end at \(end) of \(bytes.count) bytes"
  }

  private static func parsing(
    _ tree: SyntaxTree.File, _ diagnostics: [Diagnostic], _ source: SourceText
  ) -> String? {
    for diagnostic in diagnostics {
      let ranges =
        [diagnostic.primary.range] + diagnostic.secondary.map(\.range)
        + (diagnostic.fix.map { [$0.range] } ?? [])
      for range in ranges where !source.range.contains(range) {
        return "\(diagnostic.code) speaks of \(range) in \(source.range)"
      }
      if diagnostic.message.isEmpty { return "\(diagnostic.code) says nothing" }
    }
    let hasError = tree.statements.contains { $0.hasError }
    if hasError && diagnostics.isEmpty { return "something is wrong and nothing is said" }
    for statement in tree.statements where !source.range.contains(statement.range) {
      return "a statement covers \(statement.range) of \(source.range)"
    }
    return nil
  }

  /// Everything that looks at a text comes to an end; fixes can be applied.
  private static func looking(_ diagnostics: [Diagnostic], _ source: SourceText) -> String? {
    let picture = DiagnosticRenderer(width: 60).render(diagnostics, in: source)
    guard diagnostics.isEmpty == picture.isEmpty else { return "a message draws nothing" }
    guard !DiagnosticRenderer.json(diagnostics, in: source).isEmpty else { return "no JSON" }
    for span in Highlight.spans(in: source) where !source.range.contains(span.range) {
      return "a colour covers \(span.range) of \(source.range)"
    }
    for diagnostic in diagnostics { _ = diagnostic.fix?.applied(to: source) }
    let isUnsaid = Completeness.check(source) == .invalid && diagnostics.isEmpty
    return isUnsaid ? "the prompt refuses what parses" : nil
  }
}

extension SyntaxTree.Statement {
  fileprivate var hasError: Bool { kind == .error || expressions.contains(where: \.hasError) }
}

extension SyntaxTree.Expression {
  fileprivate var hasError: Bool {
    var found = false
    walk { if case .error = $0.kind { found = true } }
    return found
  }
}
