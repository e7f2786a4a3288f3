import Foundation
import Vocabulary

/// A value as files in one folder: `value.json` for what the language knows, a numbered folder
/// for each value of the runtime.
struct ValueFile {
  let folder: Folder
  let stored: [any StoredValue.Type]

  func write(_ value: Value) throws {
    var count = 0
    let tree = try encode(value, count: &count)
    let data = try JSONSerialization.data(withJSONObject: tree, options: [.sortedKeys])
    try data.write(to: folder.appending(path: "value.json"))
  }

  func read() throws -> Value {
    let data = try Data(contentsOf: folder.appending(path: "value.json"))
    return try decode(try JSONSerialization.jsonObject(with: data))
  }

  private func encode(_ value: Value, count: inout Int) throws -> [String: Any] {
    switch value {
    case .none: return ["none": true]
    case .bool(let flag): return ["bool": flag]
    case .int(let number): return ["int": String(number)]
    case .float(let number): return ["float": String(number.bitPattern, radix: 16)]
    case .text(let text): return ["text": text]
    case .quantity(let quantity):
      return ["quantity": String(quantity.amount), "unit": quantity.unit.rawValue]
    case .list(let values):
      return ["list": try values.map { try encode($0, count: &count) }]
    case .record(let record):
      return [
        "labels": record.labels, "values": try record.values.map { try encode($0, count: &count) },
      ]
    case .opaque(let opaque as any StoredValue):
      let name = String(count)
      count += 1
      let part = folder.appending(path: name)
      try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
      try opaque.write(to: part)
      return ["opaque": Swift.type(of: opaque).typeName, "folder": name]
    case .opaque, .type, .function, .deferred:
      throw StoreError(
        path: folder.path, problem: "a \(value.type) cannot be kept",
        advice: "Results of heavy stages are numbers, texts, records, data or models.")
    }
  }

  private func decode(_ tree: Any) throws -> Value {
    guard let node = tree as? [String: Any] else { throw damaged }
    if let flag = node["bool"] as? Bool { return .bool(flag) }
    if let text = node["int"] as? String, let number = Int(text) { return .int(number) }
    if let text = node["float"] as? String, let bits = UInt64(text, radix: 16) {
      return .float(Double(bitPattern: bits))
    }
    if let text = node["text"] as? String { return .text(text) }
    if let values = node["list"] as? [Any] { return .list(try values.map(decode)) }
    if let labels = node["labels"] as? [String], let values = node["values"] as? [Any],
      labels.count == values.count
    {
      return .record(Record(labels: labels, values: try values.map(decode)))
    }
    if let text = node["quantity"] as? String, let amount = Double(text),
      let unit = (node["unit"] as? String).flatMap(Unit.init(spelled:))
    {
      return .quantity(Quantity(amount, unit))
    }
    if let name = node["opaque"] as? String, let part = node["folder"] as? String,
      let type = stored.first(where: { $0.typeName == name })
    {
      return .opaque(try type.read(from: folder.appending(path: part)))
    }
    guard node["none"] != nil else { throw damaged }
    return .none
  }

  private var damaged: StoreError {
    StoreError(
      path: folder.path, problem: "is not a result that this version can read",
      advice: "Remove the folder; the stage will run again.")
  }
}
