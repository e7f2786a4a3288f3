// `roux check --fix`: the fixes that diagnostics carry, applied.

import Syntax

/// A text with the fixes of its diagnostics applied, round by round, until none is left.
///
/// A fix counts only if it takes its own diagnostic away and adds no syntax error; so the text never
/// gets worse.
public struct Repair {
  /// One fix that was applied.
  public struct Change: Sendable {
    public let code: DiagnosticCode
    public let description: String
    /// Counted from 1, in the text as it was when the fix was applied.
    public let line: Int
    /// The lines that it changed.
    public let before: [String]
    public let after: [String]
  }

  public private(set) var source: SourceText
  public private(set) var changes: [Change] = []

  private let check: (SourceText) -> [Diagnostic]
  private var found: [Diagnostic]

  /// Repairs `source`; `check` gives all that is wrong with a text.
  public init(_ source: SourceText, check: @escaping (SourceText) -> [Diagnostic]) {
    self.source = source
    self.check = check
    found = check(source)
    // Each round takes diagnostics away; the limit is for fixes that would take turns.
    for _ in 0..<Repair.rounds {
      guard repairOnce() else { break }
    }
  }

  private static let rounds = 100

  /// All fixes at once, or if these do not go together the first that does; whether any did.
  private mutating func repairOnce() -> Bool {
    let fixable = Repair.apart(found.filter { $0.fix != nil && $0.primary.source == nil })
    if accept(fixable) { return true }
    guard fixable.count > 1 else { return false }
    for one in fixable where accept([one]) { return true }
    return false
  }

  /// Those whose edits do not touch, from the start of the text.
  private static func apart(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    let ordered = diagnostics.compactMap { one in one.fix.map { (one, $0) } }
      .sorted { ($0.1.range.start, $0.1.range.end) < ($1.1.range.start, $1.1.range.end) }
    var end = -1
    return ordered.filter { _, fix in
      guard fix.range.start > end else { return false }
      end = fix.range.end
      return true
    }.map(\.0)
  }

  private mutating func accept(_ diagnostics: [Diagnostic]) -> Bool {
    guard !diagnostics.isEmpty else { return false }
    let (fixed, done) = applying(diagnostics)
    guard fixed.bytes != source.bytes else { return false }
    let after = check(fixed)
    guard after.syntaxErrors <= found.syntaxErrors,
      diagnostics.allSatisfy({ after.count(like: $0) < found.count(like: $0) })
    else { return false }
    (source, found) = (fixed, after)
    changes += done
    return true
  }

  private func applying(_ diagnostics: [Diagnostic]) -> (SourceText, [Change]) {
    var text = source
    var shift = 0
    var done: [Change] = []
    for one in diagnostics {
      guard let fix = one.fix else { continue }
      let moved = Diagnostic.Fix(
        SourceRange(fix.range.start + shift, fix.range.end + shift), fix.replacement,
        fix.description)
      let next = moved.applied(to: text)
      let end = moved.range.start + fix.replacement.utf8.count
      done.append(
        Change(
          code: one.code, description: fix.description,
          line: text.lineIndex(at: moved.range.start) + 1, before: text.lines(over: moved.range),
          after: next.lines(over: SourceRange(moved.range.start, end))))
      shift += fix.replacement.utf8.count - fix.range.count
      text = next
    }
    return (text, done)
  }
}

extension Repair.Change {
  /// The change as a list shows it: what was done, then the lines without and with it.
  public func lines(in name: String) -> [String] {
    ["fixed[\(code.rawValue)]  \(name):\(line)  \(description)"] + before.map { "  - \($0)" }
      + after.map { "  + \($0)" }
  }
}

extension [Diagnostic] {
  fileprivate var syntaxErrors: Int {
    count { $0.severity == .error && $0.code.isSyntax }
  }

  fileprivate func count(like other: Diagnostic) -> Int {
    count { $0.code == other.code && $0.message == other.message }
  }
}

extension SourceText {
  /// The lines that a range touches, without their ends.
  fileprivate func lines(over range: SourceRange) -> [String] {
    (lineIndex(at: range.start)...lineIndex(at: range.end)).map { self[lineRange($0)] }
  }
}
