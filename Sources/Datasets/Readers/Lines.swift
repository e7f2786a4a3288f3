import Foundation
import Vocabulary

/// Plain lines: each is a row with one column, `line`.
struct Lines {
  let url: URL

  func dataset(limit: Int = .max) throws -> Dataset {
    var rows: [Record] = []
    try TextFile(url: url).forEachLine { _, line in
      if !line.isEmpty {
        rows.append(Record([("line", .text(String(decoding: line, as: UTF8.self)))]))
      }
      return rows.count < limit
    }
    return try Dataset(columns: [RecordField("line", .text)], rows: rows).notEmpty(url)
  }
}
