/// A few values by name, in the order in which they came.
///
/// For the handful that a call or a scope has, looking at each costs less than hashing one name.
///
/// Inlinable, as the checker looks things up here more than anything else does.
public struct ByName<Value>: ExpressibleByDictionaryLiteral {
  public struct Entry {
    public let name: String
    public var value: Value

    @inlinable public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  @usableFromInline var all: [Entry]

  @inlinable public var entries: [Entry] { all }

  @inlinable public init(_ entries: [Entry] = []) { all = entries }

  /// None so far, with room for some.
  @inlinable public init(capacity: Int) {
    all = []
    all.reserveCapacity(capacity)
  }

  @inlinable public init(dictionaryLiteral entries: (String, Value)...) {
    self.init(entries.map { Entry($0.0, $0.1) })
  }

  /// The value under a name; setting nil removes it.
  @inlinable public subscript(name: String) -> Value? {
    get { place(of: name).map { all[$0].value } }
    set { replace(place(of: name), name, with: newValue) }
  }

  /// Most names differ in length already, which costs less to see than that their letters do.
  @inlinable func place(of name: String) -> Int? {
    let length = name.utf8.count
    for place in all.indices
    where all[place].name.utf8.count == length && all[place].name == name {
      return place
    }
    return nil
  }

  @inlinable mutating func replace(_ place: Int?, _ name: String, with value: Value?) {
    switch (place, value) {
    case (let place?, let value?): all[place].value = value
    case (let place?, nil): all.remove(at: place)
    case (nil, let value?): all.append(Entry(name, value))
    case (nil, nil): break
    }
  }

  @inlinable public var names: [String] { all.map(\.name) }
  @inlinable public var values: [Value] { all.map(\.value) }
}

extension ByName.Entry: Sendable where Value: Sendable {}
extension ByName: Sendable where Value: Sendable {}
