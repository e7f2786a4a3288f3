// Results go to standard output; diagnostics and progress to standard error.

import Foundation
import Syntax

/// The two streams of a terminal program.
enum Console {
  static func say(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  static func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  static func complain(_ diagnostics: [Diagnostic], in source: SourceText, isJSON: Bool) {
    guard !diagnostics.isEmpty else { return }
    if isJSON { return complain(DiagnosticRenderer.json(diagnostics, in: source)) }
    let wantsColor = ProcessInfo.processInfo.environment["NO_COLOR"] == nil
    let renderer = DiagnosticRenderer(usesColor: wantsColor && isatty(STDERR_FILENO) == 1)
    complain(renderer.render(diagnostics, in: source))
  }

  /// Tells people at a terminal where more is said about the first message.
  static func pointToPage(of diagnostics: [Diagnostic]) {
    guard isatty(STDERR_FILENO) == 1,
      let first = diagnostics.first(where: { $0.severity == .error }) ?? diagnostics.first
    else { return }
    complain("roux explain \(first.code.rawValue) tells more")
  }
}
