import Foundation

extension Value {
  /// Python's `str()`.
  var text: TaggedText {
    if case .text(let text) = self { return text }
    if case .undefined = self { return TaggedText() }
    return representation
  }

  /// Python's `repr()`: how a value shows inside a printed list.
  var representation: TaggedText {
    switch self {
    case .undefined: TaggedText("Undefined")
    case .none: TaggedText("None")
    case .bool(let flag): TaggedText(flag ? "True" : "False")
    case .int(let whole): TaggedText(String(whole))
    case .float(let real): TaggedText(pythonText(of: real))
    case .text(let text): text.quoted
    case .list(let list): list.representation
    case .map(let map): map.representation
    case .namespace: TaggedText("<Namespace>")
    case .macro: TaggedText("<Macro>")
    case .loop(let loop): TaggedText("<LoopContext \(loop.index + 1)/\(loop.items.count)>")
    case .method(let method): TaggedText("<method \(method.name.rawValue)>")
    case .function(let function): TaggedText("<function \(function.rawValue)>")
    }
  }
}

extension ListValue {
  var representation: TaggedText {
    let inner = TaggedText(", ").joining(items.map(\.representation))
    return switch style {
    case .list: TaggedText("[") + inner + TaggedText("]")
    case .tuple: TaggedText("(") + inner + TaggedText(items.count == 1 ? ",)" : ")")
    case .items: TaggedText("dict_items([") + inner + TaggedText("])")
    case .keys: TaggedText("dict_keys([") + inner + TaggedText("])")
    case .values: TaggedText("dict_values([") + inner + TaggedText("])")
    }
  }
}

extension MapValue {
  var representation: TaggedText {
    let pairs = zip(keys, values).map {
      $0.representation + TaggedText(": ") + $1.representation
    }
    return TaggedText("{") + TaggedText(", ").joining(pairs) + TaggedText("}")
  }
}

extension TaggedText {
  /// In Python's quotes: single ones, unless that would need an escape and double ones would not.
  var quoted: TaggedText {
    let quote = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
    let body = mapped { _, scalar in
      switch scalar {
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      case _ where String(scalar) == quote: "\\" + quote
      case _ where scalar.isPythonPrintable: nil
      case _ where scalar.value < 0x100: "\\x" + hex(scalar.value, 2)
      case _ where scalar.value < 0x10000: "\\u" + hex(scalar.value, 4)
      default: "\\U" + hex(scalar.value, 8)
      }
    }
    return TaggedText(quote) + body + TaggedText(quote)
  }
}

extension Unicode.Scalar {
  fileprivate var isPythonPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: self == " "
    default: true
    }
  }
}

func hex(_ value: UInt32, _ width: Int) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// A number as Python prints it: the shortest digits that read back, an exponent from 1e16 on.
func pythonText(of real: Double) -> String {
  guard real.isFinite else { return real.isNaN ? "nan" : real < 0 ? "-inf" : "inf" }
  let sign = real.sign == .minus ? "-" : ""
  let (digits, exponent) = shortestDigits(of: real.magnitude)
  if real == 0 { return sign + "0.0" }
  if exponent < -4 || exponent >= 16 {
    let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
    let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
    return sign + digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+") + power
  }
  if exponent < 0 {
    return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
  }
  let padded = digits + String(repeating: "0", count: max(0, exponent + 2 - digits.count))
  return sign + padded.prefix(exponent + 1) + "." + padded.dropFirst(exponent + 1)
}

/// The digits d₀d₁… and the exponent e of d₀.d₁…·10ᵉ.
private func shortestDigits(of real: Double) -> (digits: String, exponent: Int) {
  let parts = "\(real)".split(separator: "e")
  let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
  let front = String(mantissa[0])
  var digits = front + (mantissa.count > 1 ? mantissa[1] : "")
  var exponent = front.count - 1 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
  while digits.count > 1, digits.hasPrefix("0") {
    digits.removeFirst()
    exponent -= 1
  }
  while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
  return (digits, exponent)
}
