// What the editor asks its owner, and what it answers.

/// Whether a text is a whole cell.
public enum Completeness: Equatable, Sendable {
  case complete
  /// More must follow; the next line starts with `indent` blanks.
  case incomplete(indent: Int)
  /// More lines would not help: submit it, and let the errors be shown.
  case wrong
}

/// One way to complete what stands before the cursor.
public struct Completion: Equatable, Sendable {
  /// What is replaced: byte offsets into the UTF-8 of the cell.
  public var range: Range<Int>
  public var text: String
  public var description: String

  public init(replacing range: Range<Int>, with text: String, description: String = "") {
    self.range = range
    self.text = text
    self.description = description
  }
}

/// What the editor needs to know about the language.
///
/// Offsets are bytes of the text's UTF-8.
public struct EditorQuestions {
  public var completeness: (String) -> Completeness
  public var completions: (String, Int) -> [Completion]
  public var highlight: (String) -> [HighlightSpan]
  public var hint: (String, Int) -> String?
  /// Whether a line would go on with a text that is complete; asked only where lines come from a
  /// pipe, since on a terminal Enter ends what is complete.
  public var isContinued: (String, String) -> Bool

  public init(
    completeness: @escaping (String) -> Completeness,
    completions: @escaping (String, Int) -> [Completion] = { _, _ in [] },
    highlight: @escaping (String) -> [HighlightSpan] = { _ in [] },
    hint: @escaping (String, Int) -> String? = { _, _ in nil },
    isContinued: @escaping (String, String) -> Bool = { _, _ in false }
  ) {
    self.completeness = completeness
    self.completions = completions
    self.highlight = highlight
    self.hint = hint
    self.isContinued = isContinued
  }
}

/// What came from the user.
public enum CellInput: Equatable, Sendable {
  case cell(String)
  /// Interrupted at the prompt: the text is dropped, the session goes on.
  case interrupted
  case endOfInput
}

/// What stands before the first line of a cell and before the others.
///
/// May hold escape sequences.
public struct Prompt: Equatable, Sendable {
  public var first: String
  public var continuation: String

  public init(_ first: String, continuation: String) {
    self.first = first
    self.continuation = continuation
  }
}
