// Colours and weights of text, where the terminal and the user want them.

/// What a terminal may be sent: plain text, or text with colours.
public enum Styling: Sendable {
  case plain
  case colored

  /// Colours are for terminals, unless `NO_COLOR` is set to something or `TERM` is `dumb`.
  public init(isTerminal: Bool, environment: [String: String]) {
    let refused = !(environment["NO_COLOR"] ?? "").isEmpty
    let isDumb = Self.isDumb(environment)
    self = isTerminal && !refused && !isDumb ? .colored : .plain
  }

  /// Whether the terminal can neither move its cursor nor draw boxes.
  public static func isDumb(_ environment: [String: String]) -> Bool {
    ["dumb", "", nil].contains(environment["TERM"])
  }
}

/// An appearance: the parameters of a "select graphic rendition" sequence (ECMA-48, 8.3.117).
public struct Style: Equatable, Sendable {
  public var codes: [Int]

  public init(_ codes: Int...) { self.codes = codes }

  public static let plain = Style()
  public static let bold = Style(1)
  public static let dim = Style(2)
  public static let italic = Style(3)
  public static let underlined = Style(4)
  public static let reversed = Style(7)
  public static let red = Style(31)
  public static let green = Style(32)
  public static let yellow = Style(33)
  public static let blue = Style(34)
  public static let magenta = Style(35)
  public static let cyan = Style(36)

  /// The sequence that begins this appearance, whatever was before.
  var start: String { "\u{1B}[" + ([0] + codes).map(String.init).joined(separator: ";") + "m" }

  static let end = "\u{1B}[0m"

  /// `text` in this appearance.
  public func applied(to text: String, _ styling: Styling) -> String {
    switch styling {
    case .plain: text
    case .colored: codes.isEmpty || text.isEmpty ? text : start + text + Style.end
    }
  }
}

/// What a part of a cell is, for its colour.
public enum HighlightKind: CaseIterable, Sendable {
  case keyword, function, label, column, number, text, comment, mark, command, error

  /// The colour; only the sixteen of the user's own palette are used.
  public var style: Style {
    switch self {
    case .keyword: .magenta
    case .function: .blue
    case .label: .cyan
    case .column: .yellow
    case .number: .magenta
    case .text: .green
    case .comment: .dim
    case .mark: .plain
    case .command: .bold
    case .error: Style(4, 31)
    }
  }
}

/// A part of a cell's text, as byte offsets into its UTF-8, and what it is.
public struct HighlightSpan: Equatable, Sendable {
  public var range: Range<Int>
  public var kind: HighlightKind

  public init(_ range: Range<Int>, _ kind: HighlightKind) {
    self.range = range
    self.kind = kind
  }
}
