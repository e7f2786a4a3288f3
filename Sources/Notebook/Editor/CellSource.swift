// Where cells come from.

import Foundation

/// The editor on a terminal; a reader of lines on a pipe or a terminal without a movable cursor.
public enum CellSource {
  case editor(LineEditor)
  case reader(LineReader)

  /// The best way to read cells from the standard input.
  public static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment, questions: EditorQuestions
  ) -> CellSource {
    let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    let path = isTerminal ? CellHistory.defaultPath(environment: environment) : nil
    let history = CellHistory(path: path)
    if let editor = LineEditor(
      environment: environment, history: history, questions: questions)
    {
      return .editor(editor)
    }
    return .reader(
      LineReader(
        promptingOn: isatty(STDIN_FILENO) == 0 ? nil : isTerminal ? STDOUT_FILENO : STDERR_FILENO,
        completeness: questions.completeness,
        isContinued: questions.isContinued))
  }

  /// Reads one cell; an editor lets it start as a given text.
  public mutating func read(_ prompt: Prompt, startingWith text: String = "") -> CellInput {
    switch self {
    case .editor(let editor): return editor.read(prompt, startingWith: text)
    case .reader(var reader):
      defer { self = .reader(reader) }
      return reader.read(prompt)
    }
  }
}
