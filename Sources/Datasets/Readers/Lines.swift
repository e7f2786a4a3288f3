import Foundation
import Vocabulary

/// Plain lines: each is a row with one column, `line`.
struct Lines {
  let url: URL

  func dataset(limit: Int = .max, as check: RowCheck? = nil) throws -> Dataset {
    var rows: [Record] = []
    try TextFile(url: url).forEachLine { number, line in
      if !line.isEmpty {
        let row = Record([("line", .text(String(decoding: line, as: UTF8.self)))])
        rows.append(try check?.checked(row, path: url.path, place: "line \(number)") ?? row)
      }
      return rows.count < limit
    }
    let columns = check?.fields ?? [RecordField("line", .text)]
    return try Dataset(columns: columns, rows: rows).notEmpty(url)
  }
}
