import Foundation
import JSON
import Vocabulary

/// One JSON object a line.
struct JSONLines {
  let url: URL

  func dataset(limit: Int = .max, as check: RowCheck? = nil, allowEmpty: Bool = false) throws
    -> Dataset
  {
    var rows: [Record] = []
    try TextFile(url: url).forEachLine { number, line in
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return true }
      let row = try row(line, number)
      rows.append(
        try check?.checked(row, path: url.path, place: "line \(number)") ?? row)
      return rows.count < limit
    }
    return try Dataset(rows, as: check).notEmpty(url, allowEmpty: allowEmpty)
  }

  private func row(_ line: [UInt8], _ number: Int) throws -> Record {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: line)
    } catch {
      throw DataError(
        path: url.path, place: "line \(number), column \(error.column)", problem: error.problem,
        advice: "Each line must be one JSON object, such as {\"prompt\": \"…\"}.")
    }
    guard case .object(let object) = value else {
      throw DataError(
        path: url.path, place: "line \(number)", problem: "holds \(value.kind), not an object",
        advice: "Each line must be one JSON object, such as {\"prompt\": \"…\"}.")
    }
    return try object.record(path: url.path, place: "line \(number)")
  }
}

/// A JSON file that is a list of objects, or an object with one such list in it.
struct JSONFile {
  let url: URL

  func dataset(as check: RowCheck? = nil) throws -> Dataset {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: try TextFile(url: url).bytes())
    } catch let error as JSONError {
      throw DataError(
        path: url.path, place: "line \(error.line), column \(error.column)",
        problem: error.problem, advice: "A .json file holds one list of objects.")
    }
    let lists = value.object?.values.compactMap(\.list) ?? []
    guard let list = value.list ?? (lists.count == 1 ? lists[0] : nil) else {
      throw DataError(
        path: url.path, problem: "holds \(value.kind), not a list of objects",
        advice: "For one object a line, use `jsonl(…)`.")
    }
    let rows = try list.enumerated().map { i, item in
      guard case .object(let object) = item else {
        throw DataError(
          path: url.path, place: "item \(i + 1)", problem: "is \(item.kind), not an object",
          advice: "A .json file holds one list of objects.")
      }
      let place = "item \(i + 1)"
      let row = try object.record(path: url.path, place: place)
      return try check?.checked(row, path: url.path, place: place) ?? row
    }
    return try Dataset(rows, as: check).notEmpty(url)
  }
}

extension Dataset {
  /// Rows that have been held to a type, or whose columns are found by looking at them.
  init(_ rows: [Record], as check: RowCheck?) {
    self = check.map { Dataset(columns: $0.fields, rows: rows) } ?? Dataset(rows: rows)
  }

  func notEmpty(_ url: URL, allowEmpty: Bool = false) throws -> Dataset {
    guard rows.isEmpty, !allowEmpty else { return self }
    throw DataError(
      path: url.path, problem: "has no rows", advice: "Is it the right file, and whole?")
  }
}

extension JSONValue {
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .int, .number: "a number"
    case .text: "a text"
    case .list: "a list"
    case .object: "an object"
    }
  }
}

extension JSONObject {
  /// The object as a row that came from no file.
  public func row() throws -> Record { try record(path: "", place: "") }

  /// The object as a row; numbers that are not finite are refused, as they poison every sum.
  func record(path: String, place: String) throws -> Record {
    try Record(
      labels: keys,
      values: pairs.map { key, value in
        try rowValue(value) { problem in
          DataError(
            path: path, place: "\(place), column `\(key)`", problem: problem,
            advice: "Replace it by null or leave the row out when the file is made.")
        }
      })
  }
}

private func rowValue(_ json: JSONValue, _ error: (String) -> DataError) throws -> Value {
  switch json {
  case .null: return .none
  case .bool(let flag): return .bool(flag)
  case .int(let number): return .int(number)
  case .number(let number):
    guard number.isFinite else {
      throw error("is \(number.isNaN ? "NaN" : "infinite"), not a number")
    }
    return .float(number)
  case .text(let text): return .text(text)
  case .list(let values): return .list(try values.map { try rowValue($0, error) })
  case .object(let object):
    return .record(
      Record(labels: object.keys, values: try object.values.map { try rowValue($0, error) }))
  }
}

extension Record {
  /// The row as a JSON object.
  public var json: JSONValue {
    .object(JSONObject(pairs.map { ($0, $1.json) }))
  }
}

extension Value {
  public var json: JSONValue {
    switch self {
    case .none: .null
    case .bool(let flag): .bool(flag)
    case .int(let number): .int(number)
    case .float(let number): .number(number)
    case .text(let text): .text(text)
    case .list(let values): .list(values.map(\.json))
    case .record(let record): record.json
    case .quantity, .type, .function, .opaque, .deferred: .text(source)
    }
  }
}
