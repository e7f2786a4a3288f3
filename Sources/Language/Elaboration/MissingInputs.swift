// Files that are not there and columns that rows lack: what was probably meant.

import Foundation
import Syntax
import Vocabulary

extension Elaborator {
  /// The diagnostic of a complaint of a primitive.
  func diagnostic(_ complaint: Complaint, _ matched: Matched, _ callee: SourceRange) -> Diagnostic {
    let given = complaint.parameter.flatMap { name in
      matched[name] ?? matched.rest.first { $0.label.text == name }?.given
    }
    let range = given?.range ?? callee
    switch complaint.kind {
    case .missingColumns(let wanted, let found):
      return missingColumns(complaint, wanted, found, at: range, matched)
    case .missingFile(let path): return missingFile(complaint, path, at: range)
    case .wrongType(let found, let expected):
      let isTold = !complaint.notes.isEmpty
      return plain(complaint, at: range, isTold ? [] : ["Found \(found), expected \(expected)."])
    case .dimensions, .unreadableFile, .invalidValue, .missingArgument, .nothingToLearn,
      .doesNotFit:
      return plain(complaint, at: range, [])
    }
  }

  private func plain(_ complaint: Complaint, at range: SourceRange, _ notes: [String])
    -> Diagnostic
  {
    Diagnostic(
      complaint.kind.code, complaint.message, at: range,
      label: complaint.label.isEmpty ? "here" : complaint.label, notes: notes + complaint.notes)
  }

  // MARK: Files

  private func missingFile(_ complaint: Complaint, _ path: String, at range: SourceRange)
    -> Diagnostic
  {
    let url = URL(filePath: path)
    let folder = url.deletingLastPathComponent()
    let beside = (try? FileManager.default.contentsOfDirectory(atPath: folder.path))
    var notes = complaint.notes
    if beside == nil { notes.insert("There is no folder \(folder.path) either.", at: 0) }
    guard let near = beside.flatMap({ nearest(url.lastPathComponent, in: $0) }) else {
      return plain(complaint, at: range, []).with(notes: notes)
    }
    let written = place.source[range]
    let isPlain = written.hasSuffix(url.lastPathComponent + "\"")
    let fixed = written.dropLast(url.lastPathComponent.count + 1) + near + "\""
    return Diagnostic(
      .missingFile, complaint.message, at: range, label: "did you mean `\(near)`?", notes: notes,
      fix: isPlain ? .init(range, String(fixed), "write `\(near)`") : nil)
  }

  // MARK: Columns

  /// Says where the rows come from, what reads them, and which column was probably meant.
  private func missingColumns(
    _ complaint: Complaint, _ wanted: [String], _ found: [String], at range: SourceRange,
    _ matched: Matched
  ) -> Diagnostic {
    let has = "has: " + found.joined(separator: ", ")
    // Of the calls that are given rows as `on`, those with a loss are given it as `with`.
    let reader = ["on", "watch"].contains(complaint.parameter) ? matched["with"] : nil
    var secondary: [Diagnostic.Label] = []
    if let origin = place.setting.value(ofNameAt: range) {
      secondary.append(.init(origin, "this \(has)"))
    }
    if let reader {
      secondary.append(.init(reader.range, "reads: \(wanted.joined(separator: ", "))"))
    }
    let pairs = Columns.pairs(wanted, found)
    var notes = complaint.notes
    if let likeness = Columns.likeness(pairs) { notes.insert(likeness, at: 0) }
    if notes.isEmpty {
      notes = ["`rename` gives a column another name; `add` and `select` make one."]
    }
    return Diagnostic(
      .missingColumns, complaint.message, at: range,
      label: secondary.isEmpty ? has : "these rows",
      secondary: secondary, notes: notes, fix: renaming(pairs, wanted, at: range))
  }

  /// The rows under the names that are asked for, where each of them has a likely column.
  private func renaming(
    _ pairs: [(wanted: String, found: String)], _ wanted: [String], at range: SourceRange
  ) -> Diagnostic.Fix? {
    guard !pairs.isEmpty, pairs.count == wanted.count else { return nil }
    let columns = pairs.map { "\($0.wanted): .\($0.found)" }.joined(separator: ", ")
    return .init(
      SourceRange(range.end, range.end), " |> rename(\(columns))", "give the columns these names")
  }
}

extension Diagnostic {
  fileprivate func with(notes: [String]) -> Diagnostic {
    Diagnostic(
      code, message, at: primary.range, label: primary.text, in: primary.source,
      severity: severity, secondary: secondary, notes: notes, fix: fix)
  }
}

/// Columns that go by several names among those who publish data.
private enum Columns {
  private static let names: [String: [String]] = [
    "prompt": ["question", "instruction", "query", "input", "problem", "user", "context"],
    "response": ["answer", "output", "completion", "reply", "solution", "assistant", "text"],
    "chosen": ["better", "preferred", "accepted", "good", "winner", "positive"],
    "rejected": ["worse", "dispreferred", "refused", "bad", "loser", "negative"],
    "messages": ["conversation", "conversations", "dialogue", "dialog", "chat", "turns"],
    "label": ["class", "category", "target", "gold"],
  ]

  /// A column for each that is wanted, as far as one is likely; none is used twice.
  static func pairs(_ wanted: [String], _ found: [String]) -> [(wanted: String, found: String)] {
    var free = found.filter { !wanted.contains($0) }
    return wanted.compactMap { name in
      let known = names[name]?.first { free.contains($0) }
      guard let column = known ?? nearest(name, in: free) else { return nil }
      free.removeAll { $0 == column }
      return (name, column)
    }
  }

  static func likeness(_ pairs: [(wanted: String, found: String)]) -> String? {
    guard let first = pairs.first else { return nil }
    guard pairs.count > 1 else {
      return "`\(first.found)` looks like `\(first.wanted)` under another name."
    }
    let list = { (words: [String]) in words.map { "`\($0)`" }.joined(separator: " and ") }
    return "\(list(pairs.map(\.found))) look like \(list(pairs.map(\.wanted))) under other names."
  }
}
