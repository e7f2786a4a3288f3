// What `roux explain E0312` shows: a page for each code.

import Syntax

/// The page of a code: what it means, why it is refused, and a recipe before and after.
///
/// A test runs both recipes: the first gives the very code, the second checks clean.
public struct Explanation: Sendable {
  /// What the code means, as a title.
  public let title: String
  /// Why Roux refuses it, and what to do instead.
  public let reason: String
  public let before: Sample
  public let after: Sample
  /// Files that the recipes read, by name.
  public let beside: [(name: String, text: String)]

  init(
    _ title: String, _ reason: String, before: Sample, after: Sample,
    beside: [(name: String, text: String)] = []
  ) {
    self.title = title
    self.reason = reason
    self.before = before
    self.after = after
    self.beside = beside
  }

  /// A recipe, and how it is run.
  public struct Sample: Sendable, ExpressibleByStringLiteral {
    public let text: String
    /// What stands on the command line behind the name of the recipe, a word each.
    public let options: [String]
    public let encoding: Encoding
    /// The bytes that the machine has left, where that matters.
    public let memory: Int?

    init(
      _ text: String, options: [String] = [], encoding: Encoding = .utf8, memory: Int? = nil
    ) {
      self.text = text
      self.memory = memory
      self.options = options
      self.encoding = encoding
    }

    public init(stringLiteral text: String) { self.init(text) }

    /// What the bytes of the file are.
    public enum Encoding: Sendable { case utf8, latin1 }

    /// The bytes of the file.
    public var bytes: [UInt8] {
      switch encoding {
      case .utf8: Array(text.utf8)
      case .latin1: text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
      }
    }
  }

  /// The name that both recipes have.
  public static let recipeName = "this.recipe"
}

// MARK: - As text

extension DiagnosticCode {
  /// The code that was meant by `text`, in either case; nil if there is none.
  public init?(spelled text: String) { self.init(rawValue: text.uppercased()) }

  /// The code whose spelling is closest to `text`.
  public static func nearest(to text: String) -> DiagnosticCode? {
    let known = allCases.map(\.rawValue)
    // A number without its letter is a code too.
    let word = text.first?.isNumber == true ? "E" + text : text
    return DiagnosticCode(spelled: word)
      ?? Syntax.nearest(word, in: known).flatMap(DiagnosticCode.init(rawValue:))
  }

  /// The page as lines of a terminal.
  public func page(width: Int = 80) -> [String] {
    let page = explanation
    var lines = ["\(rawValue)  \(page.title)", ""]
    for paragraph in page.reason.split(separator: "\n", omittingEmptySubsequences: false) {
      lines += String(paragraph).wrapped(to: width - 2).map { $0.isEmpty ? "" : "  " + $0 }
    }
    for file in page.beside {
      lines += ["", "With \(file.name):", ""] + file.text.indentedLines(width)
    }
    lines += ["", "Before" + page.before.circumstances, ""] + page.before.text.indentedLines(width)
    lines += ["", "After" + page.after.circumstances, ""] + page.after.text.indentedLines(width)
    return lines
  }

  /// All codes with their titles.
  public static var list: [String] { allCases.map { "\($0.rawValue)  \($0.explanation.title)" } }
}

extension Explanation.Sample {
  /// How the recipe is run or saved, where that matters.
  fileprivate var circumstances: String {
    let command =
      options.isEmpty
      ? ""
      : ", as `roux run \(Explanation.recipeName) "
        + options.joined(separator: " ") + "`"
    let machine = memory.map { ", where \($0.asBytes) are left" } ?? ""
    return command + (encoding == .latin1 ? ", saved as Latin-1" : "") + machine
  }
}

extension String {
  fileprivate func indentedLines(_ width: Int) -> [String] {
    split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard !line.isEmpty else { return "" }
      return "    " + (line.count + 4 > max(width, 100) ? line.prefix(80) + "…" : line)
    }
  }

  /// The text over lines of at most `width` characters; words longer than that stay whole.
  fileprivate func wrapped(to width: Int) -> [String] {
    var lines: [String] = [""]
    for word in split(separator: " ") {
      if lines[lines.count - 1].isEmpty {
        lines[lines.count - 1] = String(word)
      } else if lines[lines.count - 1].count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
