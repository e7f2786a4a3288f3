// A fold: one value made of a list, item by item.

import Syntax
import Vocabulary

extension Primitive {
  /// Where list and step are known, the fold is written out before anything runs, so that each step
  /// may ask for stages of its own.
  static let fold = Primitive(
    "fold", "One value made of a list: each item makes the next value out of the last one.",
    in: .text, typing: .derived { $0.type("from") },
    examples: ["fold([1, 2, 3], from: 0, step: s => s.value + s.item)"],
    Parameter<[Value]>.subject("list", "The items, first to last."),
    Parameter<Value>("from", "The value before the first item."),
    Parameter<Lambda<Value>>("step", "The next value, from `s.value` and `s.item`.")
  ) { _, list, start, step in
    try list.reduce(start) { value, item in
      try step(.record(Record([("value", value), ("item", item)])))
    }
  }
}

extension Elaborator {
  /// The fold written out; nil where its list or its step is not known yet.
  func folded(_ found: Elaborated, _ label: String?, at range: SourceRange) -> Typed? {
    guard let list = found["list"], case .list(let items)? = list.value,
      let closure = found["step"]?.closure, var value = found["from"],
      value.value != nil
    else { return nil }
    place.label = label
    defer { place.label = nil }
    for item in items {
      let typed = Typed(item, as: item.type == .none ? list.type.element : item.type)
      value = apply(closure, to: record(["value", "item"], [value, typed], at: range), at: range)
      guard value.value != nil else { return .wrong }
    }
    return value
  }
}
