import Foundation
import Vocabulary

/// Comma-separated values as RFC 4180 has them: the first record names the columns, quotes may
/// hold commas, line ends and doubled quotes.
struct CSV {
  let url: URL
  var separator = UInt8(ascii: ",")

  func dataset(limit: Int = .max) throws -> Dataset {
    var records = try records(limit: limit == .max ? .max : limit + 1)
    guard !records.isEmpty else { return try Dataset(rows: []).notEmpty(url) }
    let labels = records.removeFirst()
    let rows = try records.enumerated().map { i, cells in
      guard cells.count == labels.count else {
        throw DataError(
          path: url.path, place: "record \(i + 2)",
          problem: "has \(cells.count) cells, but the first record names \(labels.count) columns",
          advice: "Put quotes around cells that contain commas or line ends.")
      }
      return cells
    }
    let columns = labels.indices.map { place in Column(cells: rows.map { $0[place] }) }
    return try Dataset(
      rows: rows.indices.map { i in
        Record(labels: labels, values: columns.map { $0.value(i) })
      }
    ).notEmpty(url)
  }

  /// One column: numbers where every cell is one, texts otherwise.
  private struct Column {
    let cells: [String]
    let isInt: Bool
    let isFloat: Bool

    init(cells: [String]) {
      self.cells = cells
      let filled = cells.filter { !$0.isEmpty }
      isInt = !filled.isEmpty && filled.allSatisfy { Int($0) != nil }
      isFloat = !filled.isEmpty && filled.allSatisfy { Double($0)?.isFinite == true }
    }

    func value(_ i: Int) -> Value {
      if isInt { return Int(cells[i]).map(Value.int) ?? .none }
      if isFloat { return Double(cells[i]).map(Value.float) ?? .none }
      return .text(cells[i])
    }
  }

  private func records(limit: Int) throws -> [[String]] {
    var scanner = CSVScanner(separator: separator)
    try TextFile(url: url).forEachLine { _, line in
      scanner.add(line: line)
      return scanner.records.count < limit
    }
    guard !scanner.isInsideQuotes || scanner.records.count >= limit else {
      throw DataError(
        path: url.path, place: "record \(scanner.records.count + 1)",
        problem: "opens a quote that is never closed",
        advice: "Double the quotes inside a quoted cell.")
    }
    return scanner.records
  }
}

private struct CSVScanner {
  let separator: UInt8
  private(set) var records: [[String]] = []
  private(set) var isInsideQuotes = false
  private var cells: [String] = []
  private var cell: [UInt8] = []

  init(separator: UInt8) { self.separator = separator }

  mutating func add(line: [UInt8]) {
    if isInsideQuotes {
      cell.append(UInt8(ascii: "\n"))
    } else if line.isEmpty {
      return
    }
    var place = 0
    while place < line.count {
      scan(line, &place)
      place += 1
    }
    guard !isInsideQuotes else { return }
    endCell()
    records.append(cells)
    cells = []
  }

  private mutating func scan(_ line: [UInt8], _ place: inout Int) {
    let byte = line[place]
    let isQuote = byte == UInt8(ascii: "\"")
    if isInsideQuotes {
      guard isQuote else { return cell.append(byte) }
      if place + 1 < line.count, line[place + 1] == byte {
        cell.append(byte)
        place += 1
      } else {
        isInsideQuotes = false
      }
    } else if isQuote && cell.isEmpty {
      isInsideQuotes = true
    } else if byte == separator {
      endCell()
    } else {
      cell.append(byte)
    }
  }

  private mutating func endCell() {
    cells.append(String(decoding: cell, as: UTF8.self))
    cell.removeAll(keepingCapacity: true)
  }
}
