/// A value that a template can be given: JSON's values, with the order of keys kept.
public indirect enum TemplateValue: Hashable, Sendable {
  case undefined
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case text(String)
  case list([TemplateValue])
  case map(TemplateMap)
}

/// Pairs in the order they were written.
///
/// Of two pairs with one key the later one counts.
public struct TemplateMap: Hashable, Sendable {
  public struct Pair: Hashable, Sendable {
    public var key: String
    public var value: TemplateValue

    public init(_ key: String, _ value: TemplateValue) {
      self.key = key
      self.value = value
    }
  }

  public var pairs: [Pair]

  public init(_ pairs: [Pair] = []) {
    self.pairs = pairs
  }

  public subscript(key: String) -> TemplateValue? {
    get { pairs.last { $0.key == key }?.value }
    set {
      guard let newValue else { return pairs.removeAll { $0.key == key } }
      if let place = pairs.lastIndex(where: { $0.key == key }) {
        pairs[place].value = newValue
      } else {
        pairs.append(Pair(key, newValue))
      }
    }
  }
}

extension TemplateMap: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, TemplateValue)...) {
    pairs = elements.map { Pair($0, $1) }
  }
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByNilLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .text(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int) { self = .int(value) }
  public init(floatLiteral value: Double) { self = .float(value) }
  public init(nilLiteral: ()) { self = .none }
  public init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }
  public init(dictionaryLiteral elements: (String, TemplateValue)...) {
    self = .map(TemplateMap(elements.map { TemplateMap.Pair($0, $1) }))
  }
}
