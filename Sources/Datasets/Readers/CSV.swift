import Foundation
import Vocabulary

/// Comma-separated values as RFC 4180 has them: the first record names the columns, quotes may
/// hold commas, line ends and doubled quotes.
struct CSV {
  let url: URL
  var separator = UInt8(ascii: ",")

  func dataset(limit: Int = .max, as check: RowCheck? = nil) throws -> Dataset {
    var (records, lines) = try records(limit: limit == .max ? .max : limit + 1)
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
    if let check {
      let typed = try rows.enumerated().map { i, cells in
        let row = Record(labels: labels, values: check.values(of: cells, under: labels))
        return try check.checked(row, path: url.path, place: "line \(lines[i + 1])")
      }
      return try Dataset(typed, as: check).notEmpty(url)
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

  /// The records, and the line that each begins on.
  private func records(limit: Int) throws -> ([[String]], [Int]) {
    var scanner = CSVScanner(separator: separator)
    try TextFile(url: url).forEachLine { number, line in
      scanner.add(line: line, number)
      return scanner.records.count < limit
    }
    guard !scanner.isInsideQuotes || scanner.records.count >= limit else {
      throw DataError(
        path: url.path, place: "record \(scanner.records.count + 1)",
        problem: "opens a quote that is never closed",
        advice: "Double the quotes inside a quoted cell.")
    }
    return (scanner.records, scanner.lines)
  }
}

private struct CSVScanner {
  let separator: UInt8
  private(set) var records: [[String]] = []
  private(set) var lines: [Int] = []
  private(set) var isInsideQuotes = false
  private var cells: [String] = []
  private var cell: [UInt8] = []

  init(separator: UInt8) { self.separator = separator }

  mutating func add(line: [UInt8], _ number: Int) {
    if isInsideQuotes {
      cell.append(UInt8(ascii: "\n"))
    } else if line.isEmpty {
      return
    } else {
      lines.append(number)
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

extension RowCheck {
  /// Cells as the declared columns want them; what cannot be read so stays a text.
  fileprivate func values(of cells: [String], under labels: [String]) -> [Value] {
    zip(labels, cells).map { label, cell in
      let type = fields.first { $0.label == label }?.type ?? .text
      return Self.value(of: cell, as: type)
    }
  }

  private static func value(of cell: String, as type: RecipeType) -> Value {
    switch type {
    case .optional(let inner): cell.isEmpty ? .none : value(of: cell, as: inner)
    case .int: Int(cell).map(Value.int) ?? .text(cell)
    case .float: Double(cell).flatMap { $0.isFinite ? .float($0) : nil } ?? .text(cell)
    case .bool: Bool(cell).map(Value.bool) ?? .text(cell)
    case .none, .text, .path, .quantity, .list, .record, .choice, .either, .function, .row,
      .column, .rowType, .data, .tensor, .opaque, .any, .unknown:
      .text(cell)
    }
  }
}
