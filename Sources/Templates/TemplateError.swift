/// What is wrong with a template, or with what it was given.
public struct TemplateError: Error, Hashable, CustomStringConvertible, Sendable {
  /// The part of the work that could not be done.
  public enum Kind: Hashable, Sendable {
    /// The text of the template cannot be read.
    case syntax
    /// The template asks for something that its values cannot give.
    case evaluation
    /// The template itself refused the conversation, with `raise_exception`.
    case refused
    /// The template wants more time, memory or depth than a template may have.
    case limit
  }

  public let kind: Kind
  /// The line of the template, from 1.
  public let line: Int
  /// What was found; for a refusal, the template's own words.
  public let problem: String
  /// What was expected there, or what to try.
  public let advice: String?

  init(_ kind: Kind, line: Int, _ problem: String, advice: String? = nil) {
    self.kind = kind
    self.line = line
    self.problem = problem
    self.advice = advice
  }

  public var description: String {
    let start =
      kind == .refused
      ? "the chat template refuses this conversation (line \(line)): "
      : "chat template, line \(line): "
    return start + problem + (advice.map { "; \($0)" } ?? "")
  }
}

/// A failure before the line is known; the renderer adds the line.
struct Complaint: Error {
  var kind = TemplateError.Kind.evaluation
  let problem: String
  var advice: String?

  init(_ problem: String, advice: String? = nil, kind: TemplateError.Kind = .evaluation) {
    self.kind = kind
    self.problem = problem
    self.advice = advice
  }

  func at(line: Int) -> TemplateError {
    TemplateError(kind, line: line, problem, advice: advice)
  }
}
