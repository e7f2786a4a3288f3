// What the editor learns from the session: completeness, colours, hints, completions.

import Language
import Syntax

extension EditorQuestions {
  /// Answers from what a session knows.
  init(_ session: Session) {
    self.init(
      completeness: Self.completeness,
      completions: { EditorAnswers(session: session).completions($0, at: $1) },
      highlight: Self.highlight,
      hint: { EditorAnswers(session: session).hint($0, at: $1) },
      isContinued: Self.isContinued)
  }

  static func completeness(_ text: String) -> Completeness {
    if CellText.isSpoken(text) || text.allSatisfy(\.isWhitespace) { return .complete }
    switch Syntax.Completeness.check(SourceText(name: "cell", text), continuing: true) {
    case .complete: return .complete
    case .incomplete(let indent): return .incomplete(indent: indent)
    case .invalid: return .wrong
    }
  }

  /// Whether a line belongs to the statement before it, as one that starts with `|>` does.
  private static func isContinued(_ text: String, _ line: String) -> Bool {
    if CellText.isSpoken(text) || CellText.isSpoken(line) { return false }
    let count = { (text: String) in
      Parser.parse(SourceText(name: "cell", text), continuing: true).tree.statements.count
    }
    return count(text) > 0 && count(text + "\n" + line) <= count(text)
  }

  private static func highlight(_ text: String) -> [HighlightSpan] {
    if CellText.isSpoken(text) {
      let word = text.utf8.prefix { $0 != UInt8(ascii: " ") }.count
      return [HighlightSpan(0..<word, .command)]
    }
    return Highlight.spans(in: SourceText(name: "cell", text)).map {
      HighlightSpan($0.range.start..<$0.range.end, HighlightKind($0.kind))
    }
  }
}

extension HighlightKind {
  init(_ kind: Highlight.Kind) {
    switch kind {
    case .keyword: self = .keyword
    case .label: self = .label
    case .call: self = .function
    case .column: self = .column
    case .number, .unit: self = .number
    case .text: self = .text
    case .comment, .documentation: self = .comment
    case .error: self = .error
    case .name, .member, .interpolation, .operator, .punctuation: self = .mark
    }
  }
}

/// Completions and hints for one place of a text.
private struct EditorAnswers {
  let session: Session

  func completions(_ text: String, at offset: Int) -> [Completion] {
    let before = String(decoding: text.utf8.prefix(offset), as: UTF8.self)
    if before.hasPrefix(":") { return commands(before, at: offset) }
    if before.hasPrefix("?") {
      let word = before.drop { $0 == "?" }
      return words(session.definedNames + session.lexicon.words, beginning: word, at: offset)
    }
    let range = session.completedRange(at: offset, in: text)
    return session.completions(at: offset, in: text).map {
      Completion(
        replacing: range.start..<range.end, with: $0.text,
        description: $0.detail.isEmpty ? $0.kind.rawValue : $0.detail)
    }
  }

  /// Names of commands, then what each of them takes.
  private func commands(_ before: String, at offset: Int) -> [Completion] {
    guard let space = before.lastIndex(of: " ") else {
      let typed = before.dropFirst()
      return Command.all.filter { $0.name.hasPrefix(typed) }.map {
        Completion(
          replacing: 1..<offset, with: $0.name + ($0.arguments.isEmpty ? "" : " "),
          description: $0.summary)
      }
    }
    let name = before.dropFirst().prefix { $0 != " " }
    let word = before[before.index(after: space)...]
    switch Command.named(String(name))?.completes {
    case .names: return words(session.definedNames, beginning: word, at: offset)
    case .files: return files(word, at: offset)
    case .expression:
      return session.completions(at: offset, in: before).map {
        let range = session.completedRange(at: offset, in: before)
        return Completion(
          replacing: range.start..<range.end, with: $0.text, description: $0.detail)
      }
    case .commands: return words(Command.all.map(\.name), beginning: word, at: offset)
    case .codes:
      let codes = DiagnosticCode.allCases.filter { $0.rawValue.hasPrefix(word.uppercased()) }
      return codes.map {
        Completion(
          replacing: offset - word.utf8.count..<offset, with: $0.rawValue,
          description: $0.explanation.title)
      }
    case .nothing, nil: return []
    }
  }

  private func words(_ words: [String], beginning prefix: Substring, at offset: Int)
    -> [Completion]
  {
    words.filter { $0.hasPrefix(prefix) && $0 != prefix }.map { word in
      let summary = session.help(for: word).map {
        $0.summary.isEmpty ? $0.signatures[0] : $0.summary
      }
      return Completion(
        replacing: offset - prefix.utf8.count..<offset, with: word, description: summary ?? "")
    }
  }

  private func files(_ prefix: Substring, at offset: Int) -> [Completion] {
    session.files(beginning: String(prefix)).map {
      Completion(replacing: offset - prefix.utf8.count..<offset, with: $0.text)
    }
  }

  /// The call around the cursor, with what its current argument is for.
  func hint(_ text: String, at offset: Int) -> String? {
    if text.hasPrefix(":") {
      let name = String(text.dropFirst().prefix { $0 != " " })
      return Command.named(name).map { "\($0.usage)  \($0.summary)" }
    }
    guard let hint = session.signatureHint(at: offset, in: text) else { return nil }
    guard let current = hint.current else {
      return "\(hint.name)(\(hint.parameters.joined(separator: ", ")))"
    }
    return "\(hint.name)  \(hint.parameters[current])  \(hint.summary)"
  }
}
