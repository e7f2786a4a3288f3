/// A JSON value that keeps the order of its keys and the exactness of its integers.
///
/// Foundation's reader returns dictionaries, which forget the order in which a file names its
/// columns; that order is what tables show and what makes reading reproducible.
public indirect enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object(JSONObject)
}

/// Keys and values in the order of the file.
public struct JSONObject: Hashable, Sendable {
  public private(set) var keys: [String]
  public private(set) var values: [JSONValue]

  public init(_ pairs: [(String, JSONValue)] = []) {
    keys = pairs.map(\.0)
    values = pairs.map(\.1)
  }

  public var pairs: Zip2Sequence<[String], [JSONValue]> { zip(keys, values) }

  /// The value under a key; of keys written twice, the last.
  public subscript(key: String) -> JSONValue? {
    get { keys.lastIndex(of: key).map { values[$0] } }
    set {
      let place = keys.lastIndex(of: key)
      switch (place, newValue) {
      case (let place?, let value?): values[place] = value
      case (let place?, nil):
        keys.remove(at: place)
        values.remove(at: place)
      case (nil, let value?): append(key, value)
      case (nil, nil): break
      }
    }
  }

  /// Adds a pair at the end without looking for the key: what a reader of large objects needs.
  public mutating func append(_ key: String, _ value: JSONValue) {
    keys.append(key)
    values.append(value)
  }
}

extension JSONValue {
  public subscript(key: String) -> JSONValue? { object?[key] }

  public var object: JSONObject? {
    if case .object(let object) = self { return object }
    return nil
  }

  public var list: [JSONValue]? {
    if case .list(let values) = self { return values }
    return nil
  }

  public var text: String? {
    if case .text(let text) = self { return text }
    return nil
  }

  public var bool: Bool? {
    if case .bool(let flag) = self { return flag }
    return nil
  }

  /// An integer, or a number without a fraction.
  public var int: Int? {
    switch self {
    case .int(let number): number
    case .number(let number): Int(exactly: number)
    case .null, .bool, .text, .list, .object: nil
    }
  }

  public var double: Double? {
    switch self {
    case .int(let number): Double(number)
    case .number(let number): number
    case .null, .bool, .text, .list, .object: nil
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  public init(stringLiteral text: String) { self = .text(text) }
  public init(integerLiteral number: Int) { self = .int(number) }
  public init(floatLiteral number: Double) { self = .number(number) }
  public init(booleanLiteral flag: Bool) { self = .bool(flag) }
  public init(arrayLiteral values: JSONValue...) { self = .list(values) }
  public init(dictionaryLiteral pairs: (String, JSONValue)...) { self = .object(JSONObject(pairs)) }
}
