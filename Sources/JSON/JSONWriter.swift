extension JSONValue {
  /// The value on one line.
  public var compact: String {
    var writer = JSONWriter(indent: nil)
    writer.write(self, depth: 0)
    return writer.result
  }

  /// The value over several lines, with two spaces a level.
  public var pretty: String {
    var writer = JSONWriter(indent: 2)
    writer.write(self, depth: 0)
    return writer.result
  }
}

struct JSONWriter {
  let indent: Int?
  var result = ""

  mutating func write(_ value: JSONValue, depth: Int) {
    switch value {
    case .null: result += "null"
    case .bool(let flag): result += flag ? "true" : "false"
    case .int(let number): result += String(number)
    case .number(let number): write(number)
    case .text(let text): write(text)
    case .list(let values):
      enclose("[", "]", count: values.count, depth: depth) { writer, i in
        writer.write(values[i], depth: depth + 1)
      }
    case .object(let object):
      enclose("{", "}", count: object.keys.count, depth: depth) { writer, i in
        writer.write(object.keys[i])
        writer.result += writer.indent == nil ? ":" : ": "
        writer.write(object.values[i], depth: depth + 1)
      }
    }
  }

  private mutating func write(_ number: Double) {
    if number.isNaN {
      result += "NaN"
    } else if number.isInfinite {
      result += number < 0 ? "-Infinity" : "Infinity"
    } else {
      result += "\(number)"
    }
  }

  private mutating func enclose(
    _ open: String, _ close: String, count: Int, depth: Int,
    item: (inout JSONWriter, Int) -> Void
  ) {
    result += open
    for i in 0..<count {
      if i > 0 { result += "," }
      breakLine(depth + 1)
      item(&self, i)
    }
    if count > 0 { breakLine(depth) }
    result += close
  }

  private mutating func breakLine(_ depth: Int) {
    guard let indent else { return }
    result += "\n" + String(repeating: " ", count: indent * depth)
  }

  private mutating func write(_ text: String) {
    result += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    result += "\""
  }
}
