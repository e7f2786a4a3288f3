import Foundation
import JSON
import Vocabulary

extension Dataset {
  /// Writes JSON lines, or comma-separated values where the name ends in `.csv`.
  ///
  /// The file appears whole or not at all.
  public func save(to url: URL) throws {
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    let text = url.pathExtension == "csv" ? csv : rows.map { $0.json.compact + "\n" }.joined()
    try Data(text.utf8).write(to: url, options: .atomic)
  }

  private var csv: String {
    let head = columns.map(\.label)
    let lines = [head] + rows.map { row in row.values.map { $0 == .none ? "" : $0.shown } }
    return lines.map { $0.map(Self.cell).joined(separator: ",") + "\n" }.joined()
  }

  private static func cell(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

extension Primitive {
  public static let saveRows = Primitive(
    "save", "Writes rows to a .jsonl or .csv file.", in: .results, cost: .effect, effects: .writes,
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<RecipePath>("to", "The file.")
  ) { context, data, path in
    try data.save(to: context.resolve(path.text))
    context.report(.saved(path.text))
    return Value.none
  }
}

extension Primitive {
  public static let saveRecords = Primitive(
    "save", "Writes a list of records to a .jsonl or .csv file.", in: .results, cost: .effect,
    effects: .writes,
    Parameter<[Record]>.subject("records", "The records; a label that one lacks stays empty."),
    Parameter<RecipePath>("to", "The file.")
  ) { context, records, path in
    try Dataset(rows: records).save(to: context.resolve(path.text))
    context.report(.saved(path.text))
    return Value.none
  }
}
