import Synchronization

/// What a closure that may run anywhere has been given, in order.
public final class Collected<Element: Sendable>: Sendable {
  private let items = Mutex<[Element]>([])

  public init() {}

  public func add(_ item: Element) { items.withLock { $0.append(item) } }
  public var all: [Element] { items.withLock { $0 } }
}
