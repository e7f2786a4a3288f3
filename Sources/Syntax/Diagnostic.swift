/// A complaint as data; `DiagnosticRenderer` draws it.
public struct Diagnostic: Hashable, Sendable, Error {
  public let code: DiagnosticCode
  public let severity: Severity
  /// A title that stands alone.
  public let message: String
  /// Where it is, and a few words about what stands there.
  public private(set) var primary: Label
  /// Where the facts come from that make it wrong.
  public let secondary: [Label]
  public let notes: [String]
  public let fix: Fix?

  public init(
    _ code: DiagnosticCode, _ message: String, at range: SourceRange, label: String = "",
    in source: SourceText? = nil, severity: Severity = .error, secondary: [Label] = [],
    notes: [String] = [], fix: Fix? = nil
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.primary = Label(range, label, in: source)
    self.secondary = secondary
    self.notes = notes
    self.fix = fix
  }

  /// Where it stands among others: in the order of the text, what is about another text first.
  public var place: Int { primary.source == nil ? primary.range.start : -1 }

  /// The same complaint about a place in another text.
  public func located(in source: SourceText?) -> Diagnostic {
    var copy = self
    copy.primary = Label(primary.range, primary.text, in: source)
    return copy
  }

  public enum Severity: String, Hashable, Sendable {
    case error, warning, note
  }

  /// A range with a few words under it.
  public struct Label: Hashable, Sendable {
    public let range: SourceRange
    public let text: String
    /// The text that `range` counts in, if it is not the one the diagnostic is about.
    public let source: SourceText?

    public init(_ range: SourceRange, _ text: String, in source: SourceText? = nil) {
      self.range = range
      self.text = text
      self.source = source
    }
  }

  /// An edit that resolves the complaint: `range` becomes `replacement`.
  public struct Fix: Hashable, Sendable {
    public let range: SourceRange
    public let replacement: String
    public let description: String

    public init(_ range: SourceRange, _ replacement: String, _ description: String) {
      self.range = range
      self.replacement = replacement
      self.description = description
    }

    /// `source` after the edit.
    public func applied(to source: SourceText) -> SourceText {
      let bytes = source.bytes
      return SourceText(
        name: source.name,
        bytes: bytes[..<range.start] + Array(replacement.utf8) + bytes[range.end...])
    }
  }
}
