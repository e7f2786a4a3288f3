import Foundation
import Vocabulary

/// How a file's head is read for its row type, and the whole for its rows.
private struct Reader: Sendable {
  let word: String
  let read: @Sendable (URL, _ limit: Int, RowCheck?) throws -> Dataset

  /// How many rows of the head are looked at before anything runs.
  static let headRows = 200

  private let heads = KnownHeads<RecipeType>()

  /// The row type of a file from its head, or what is wrong with the file.
  func rowType(_ call: CallSite) throws -> RecipeType {
    let written = try written(call)
    guard case .text(let path)? = call.value("path") else { return .data(written?.type ?? .any) }
    let url = URL.inRecipe(path, directory: call.directory)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw Complaints(
        Complaint(
          .missingFile(path: url.path), at: "path", "there is no file `\(path)`",
          label: "not found",
          notes: ["Relative paths start at the recipe's folder, \(call.directory.path)."]))
    }
    do {
      if let written {
        return try read(url, Self.headRows, RowCheck(written)).recipeType
      }
      return try heads.seen(at: url) { try read($0, Self.headRows, nil).recipeType }
    } catch let error as RowMismatch {
      throw Complaints(
        Complaint(
          .unreadableFile(path: url.path), at: "path",
          "`\(path)` is not of its row type: \(error.place)", label: error.problem,
          notes: [error.advice]))
    } catch let error as DataError {
      throw Complaints(
        Complaint(
          .unreadableFile(path: url.path), at: "path",
          "`\(path)` cannot be read" + (error.place.map { ": \($0)" } ?? ""),
          label: error.problem, notes: [error.advice]))
    }
  }

  /// The declared row type, if there is one.
  private func written(_ call: CallSite) throws -> WrittenType? {
    guard case .type(let written)? = call.value("row") else { return nil }
    guard written.type.fields == nil else { return written }
    throw Complaints(
      Complaint(
        .wrongType(found: written.type, expected: .record([])), at: "row",
        "a row type names columns", label: "this is \(written.type)",
        notes: ["For example `type Rated = (prompt: Text, score: Int)`."]))
  }

  func primitive(_ summary: String) -> Primitive {
    Primitive(
      word, summary, in: .data, cost: .light, effects: .reads, typing: .derived(rowType),
      Parameter<RecipePath>.subject("path", "The file; it may be gzipped."),
      Parameter<RowType?>("row", "The type of each row; found from the file when left out.")
    ) { context, path, row in
      let check = row.flatMap { RowCheck($0.written) }
      let data = try read(context.resolve(path.text), .max, check)
      context.report(
        .ledger(Ledger(step: "\(word)(\(path.text))", read: data.count, kept: data.count)))
      return data
    }
  }
}

extension Primitive {
  public static let jsonl = Reader(word: "jsonl") {
    try JSONLines(url: $0).dataset(limit: $1, as: $2)
  }
  .primitive("Rows from a file with one JSON object a line.")
  public static let json = Reader(word: "json") { url, _, check in
    try JSONFile(url: url).dataset(as: check)
  }
  .primitive("Rows from a JSON file that holds a list of objects.")
  public static let csv = Reader(word: "csv") { try CSV(url: $0).dataset(limit: $1, as: $2) }
    .primitive("Rows from a file of comma-separated values; the first line names the columns.")
  public static let tsv = Reader(word: "tsv") {
    try CSV(url: $0, separator: UInt8(ascii: "\t")).dataset(limit: $1, as: $2)
  }
  .primitive("Rows from a file of tab-separated values; the first line names the columns.")
  public static let lines = Reader(word: "lines") { try Lines(url: $0).dataset(limit: $1, as: $2) }
    .primitive("Rows from a text file, one for each line that is not empty: column `line`.")

  public static let rows = Primitive(
    "rows", "Rows written in the recipe.", in: .data, cost: .light,
    typing: .derived { call in
      guard case .list(let row) = call.type("list"), row.fields != nil else {
        throw Complaints(
          Complaint(
            .wrongType(found: call.type("list"), expected: .list(.record([]))), at: "list",
            "`rows` needs a list of records",
            label: "this is \(call.type("list"))",
            notes: ["For example rows([(prompt: \"1 + 1 =\", response: \"2\")])."]))
      }
      return .data(row)
    },
    examples: [#"rows([(prompt: "1 + 1 =", response: "2")]) |> count()"#],
    Parameter<[Record]>.subject("list", "A list of records with the same labels.")
  ) { _, list in
    Dataset(rows: list)
  }
}
