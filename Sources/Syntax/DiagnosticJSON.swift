extension DiagnosticRenderer {
  /// A JSON array with all that a tool needs, offsets in bytes, lines and columns from 1.
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
        "\"fix\":{\"start\":\(fix.range.start),\"end\":\(fix.range.end),\"replacement\":"
          + quoted(fix.replacement) + ",\"description\":" + quoted(fix.description) + "}")
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func object(_ label: Diagnostic.Label, in source: SourceText) -> String {
    let home = label.source ?? source
    let place = home.position(at: label.range.start)
    return "{\"file\":\(quoted(home.name)),\"line\":\(place.line),\"column\":\(place.column),"
      + "\"start\":\(label.range.start),\"end\":\(label.range.end),\"text\":\(quoted(label.text))}"
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
