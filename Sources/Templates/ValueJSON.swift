/// How `tojson` writes: Python's `json.dumps`, as transformers calls it.
struct JSONStyle {
  var escapesNonASCII = false
  var sortsKeys = false
  var indent: String?
  var itemSeparator = ", "
  var keySeparator = ": "

  func text(of value: Value, level: Int = 0) throws(Complaint) -> TaggedText {
    switch value {
    case .none: return TaggedText("null")
    case .bool(let flag): return TaggedText(flag ? "true" : "false")
    case .int(let whole): return TaggedText(String(whole))
    case .float(let real): return TaggedText(number(real))
    case .text(let text): return quoted(text)
    case .list(let list):
      var parts: [TaggedText] = []
      for item in list.items { parts.append(try self.text(of: item, level: level + 1)) }
      return enclosed(parts, "[", "]", level)
    case .map(let map): return enclosed(try pairs(of: map, level), "{", "}", level)
    case .undefined, .namespace, .macro, .loop, .method, .function:
      throw Complaint(
        "`tojson` cannot write a \(value.kind)",
        advice: "expected text, numbers, lists and dicts")
    }
  }

  private func pairs(of map: MapValue, _ level: Int) throws(Complaint) -> [TaggedText] {
    var order = Array(map.keys.indices).map(Value.int)
    if sortsKeys {
      order = try sorted(order, reverse: false) { (index) throws(Complaint) in
        map.keys[index.whole ?? 0]
      }
    }
    var result: [TaggedText] = []
    for index in order.compactMap(\.whole) {
      var part = try key(map.keys[index])
      part.append(keySeparator)
      part.append(try text(of: map.values[index], level: level + 1))
      result.append(part)
    }
    return result
  }

  private func key(_ key: Value) throws(Complaint) -> TaggedText {
    if case .text(let text) = key { return quoted(text) }
    return quoted(try text(of: key))
  }

  private func number(_ real: Double) -> String {
    guard !real.isFinite else { return pythonText(of: real) }
    return real.isNaN ? "NaN" : real < 0 ? "-Infinity" : "Infinity"
  }

  private func enclosed(
    _ parts: [TaggedText], _ open: String, _ close: String, _ level: Int
  ) -> TaggedText {
    guard let indent, !parts.isEmpty else {
      return TaggedText(open) + TaggedText(itemSeparator).joining(parts) + TaggedText(close)
    }
    let outer = "\n" + String(repeating: indent, count: level)
    let inner = TaggedText(itemSeparator + outer + indent).joining(parts)
    return TaggedText(open + outer + indent) + inner + TaggedText(outer + close)
  }

  private func quoted(_ text: TaggedText) -> TaggedText {
    let body = text.mapped { _, scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      case "\u{8}": "\\b"
      case "\u{c}": "\\f"
      case _ where scalar.value < 0x20: "\\u" + hex(scalar.value, 4)
      case _ where escapesNonASCII && scalar.value > 0x7E:
        String(scalar).utf16.map { "\\u" + hex(UInt32($0), 4) }.joined()
      default: nil
      }
    }
    return TaggedText("\"") + body + TaggedText("\"")
  }
}
