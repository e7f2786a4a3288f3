extension DiagnosticRenderer {
  /// A JSON array with all that a tool needs; `roux check --json` writes it.
  ///
  /// Each diagnostic is an object with `code`, `severity` (`error`, `warning` or `note`), `message`,
  /// `primary` and `secondary` (labels), `notes` (texts), and where there is one a `fix`. A label
  /// has `file`, a place and `text`; a fix a place, `replacement` and `description`. A place is
  /// `start` and `end` in bytes from 0, `line` and `column` in characters from 1, and `endLine`
  /// and `endColumn` of what lies behind it. A fix is of the file that was checked.
  public static func json(_ diagnostics: [Diagnostic], in source: SourceText) -> String {
    "[" + diagnostics.map { object($0, in: source) }.joined(separator: ",") + "]"
  }

  private static func object(_ diagnostic: Diagnostic, in source: SourceText) -> String {
    var members = [
      "\"code\":" + quoted(diagnostic.code.rawValue),
      "\"severity\":" + quoted(diagnostic.severity.rawValue),
      "\"message\":" + quoted(diagnostic.message),
      "\"primary\":" + object(diagnostic.primary, in: source),
      "\"secondary\":["
        + diagnostic.secondary.map { object($0, in: source) }
        .joined(separator: ",") + "]",
      "\"notes\":[" + diagnostic.notes.map(quoted).joined(separator: ",") + "]",
    ]
    if let fix = diagnostic.fix {
      members.append(
        "\"fix\":{\(place(fix.range, in: source)),\"replacement\":"
          + quoted(fix.replacement) + ",\"description\":" + quoted(fix.description) + "}")
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func object(_ label: Diagnostic.Label, in source: SourceText) -> String {
    let home = label.source ?? source
    return "{\"file\":\(quoted(home.name)),\(place(label.range, in: home)),"
      + "\"text\":\(quoted(label.text))}"
  }

  private static func place(_ range: SourceRange, in source: SourceText) -> String {
    let (start, end) = (source.position(at: range.start), source.position(at: range.end))
    return "\"start\":\(range.start),\"end\":\(range.end),\"line\":\(start.line),"
      + "\"column\":\(start.column),\"endLine\":\(end.line),\"endColumn\":\(end.column)"
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
