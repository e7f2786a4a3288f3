// What the elaborator knows of an expression, and the compiled form of what it cannot know yet.

import Syntax
import Vocabulary

/// An expression's type and, as far as it can be known before running, its value.
struct Typed: Sendable {
  var type: RecipeType
  var form: Form
  /// The lambda that the value is, so that it can be looked at again with a real argument.
  var closure: Closure?

  enum Form: Sendable {
    /// Evaluated; the results of stages are `.deferred` values.
    case known(Value)
    /// Depends on the parameter of a lambda or on the current row.
    case code(Code)
    /// Already wrong, or a parameter of a `def` that is being checked by itself.
    case absent
  }

  init(_ type: RecipeType, _ form: Form) {
    self.type = type
    self.form = form
  }

  init(_ value: Value, as type: RecipeType? = nil) {
    self.type = type ?? value.type
    form = .known(value)
  }

  /// An expression about which a diagnostic has been given.
  static let wrong = Typed(.unknown, .absent)

  /// The value, where it is known or at least known which stage makes it.
  var value: Value? {
    if case .known(let value) = form { return value }
    return nil
  }

  /// The value, where no stage has to run for it.
  var constant: Value? { value.flatMap { $0.isDeferred ? nil : $0 } }

  func typed(as type: RecipeType) -> Typed {
    var result = self
    result.type = type
    return result
  }

  func with(_ closure: Closure) -> Typed {
    var result = self
    result.closure = closure
    return result
  }
}

/// A lambda as it is written, with all that was in scope there.
///
/// A class so that expressions which are no lambdas stay small.
final class Closure: Sendable {
  let parameter: SyntaxTree.Name
  let body: SyntaxTree.Expression
  let place: Elaborator.Place
  let output: RecipeType?

  init(
    _ parameter: SyntaxTree.Name, _ body: SyntaxTree.Expression, in place: Elaborator.Place,
    as output: RecipeType?
  ) {
    self.parameter = parameter
    self.body = body
    self.place = place
    self.output = output
  }
}

/// What the parameters of lambdas and the current row hold while compiled code runs.
struct Frame: Sendable {
  /// Results of stages that the code mentions.
  var captures: [Value] = []
  /// By depth of nesting.
  var slots: [Value] = []

  func pushing(_ value: Value) -> Frame { Frame(captures: captures, slots: slots + [value]) }
}

/// An expression compiled to a closure: names are slots, so nothing is looked up as it runs.
///
/// A class, as what is known of an expression goes through many hands.
final class Code: Sendable {
  /// The normalised text: slots by number, captured values written out.
  let text: String
  /// The columns of the current row that it reads.
  let columns: [String]
  /// The slots that it reads, each once; they are few.
  let slots: [Int]
  let hasCaptures: Bool
  /// How dear running it is: heavy where it calls a model.
  let cost: Cost
  let run: @Sendable (Frame) throws -> Value

  /// Code that computes from the results of other code.
  init(
    _ text: String, from parts: [Code], cost: Cost = .pure,
    run: @escaping @Sendable (Frame) throws -> Value
  ) {
    self.text = text
    self.cost = parts.reduce(cost) { max($0, $1.cost) }
    columns = parts.count == 1 ? parts[0].columns : parts.flatMap(\.columns).withoutRepetition
    slots = parts.reduce([]) { $0.joined(with: $1.slots) }
    hasCaptures = parts.contains(where: \.hasCaptures)
    self.run = run
  }

  convenience init(constant value: Value) {
    self.init(value.canonical, from: []) { _ in value }
  }

  convenience init(slot: Int) {
    self.init("$\(slot)", columns: [], slots: [slot]) { $0.slots[slot] }
  }

  convenience init(capture index: Int, of value: Value) {
    self.init(value.canonical, columns: [], slots: [], hasCaptures: true) { $0.captures[index] }
  }

  convenience init(column name: String, of slot: Int, isOptional: Bool) {
    self.init("$\(slot).\(name)", columns: [name], slots: [slot]) { frame in
      guard case .record(let row) = frame.slots[slot] else {
        throw Fault("a row was expected", found: "\(frame.slots[slot].type)")
      }
      if let value = row[name] { return value }
      guard isOptional else { throw Fault("the row has no column `\(name)`", found: row.columns) }
      return .none
    }
  }

  private init(
    _ text: String, columns: [String], slots: [Int], hasCaptures: Bool = false,
    cost: Cost = .pure, run: @escaping @Sendable (Frame) throws -> Value
  ) {
    self.text = text
    self.cost = cost
    self.columns = columns
    self.slots = slots
    self.hasCaptures = hasCaptures
    self.run = run
  }

  /// The function of the value in `slot`; what else the code reads comes from `frame`.
  func function(of slot: Int, in frame: Frame, result: RecipeType) -> Value {
    let outer = slots.filter { $0 != slot }.sorted().map { "$\($0)=\(frame.slots[$0].canonical)" }
    let captured = frame.captures.map(\.canonical)
    let context = outer + (hasCaptures ? captured : [])
    let canonical = context.isEmpty ? text : text + " where " + context.joined(separator: ", ")
    let run = self.run
    return .function(
      Function(canonical: canonical, columns: columns, result: result, cost: cost) { argument in
        try run(frame.pushing(argument))
      })
  }

  /// Code that gives a function, as the outcome of that function for the row in a slot.
  func applied(toSlot slot: Int, columns: [String]) -> Code {
    let run = self.run
    return Code(
      "(\(text))($\(slot))", columns: columns, slots: slots.joined(with: [slot]),
      hasCaptures: hasCaptures, cost: cost
    ) { frame in
      let function = try run(frame)
      guard case .function(let body) = function else { return function }
      return try body(frame.slots[slot])
    }
  }

  /// The columns read are those of the row in the slot that goes away.
  func withoutColumns() -> Code {
    Code(text, columns: [], slots: slots, hasCaptures: hasCaptures, cost: cost, run: run)
  }

  /// The same without the slots that it fills itself.
  func closing(_ bound: Set<Int>) -> Code {
    Code(
      text, columns: columns, slots: slots.filter { !bound.contains($0) },
      hasCaptures: hasCaptures, cost: cost, run: run)
  }

  func without(slot: Int, run: @escaping @Sendable (Frame) throws -> Value) -> Code {
    Code(
      "$\(slot) => \(text)", columns: [], slots: slots.filter { $0 != slot },
      hasCaptures: hasCaptures, cost: cost, run: run)
  }
}

extension Record {
  /// The labels, as messages list them.
  var columns: String { labels.joined(separator: ", ") }
}

extension [Int] {
  /// The numbers of both, each once.
  fileprivate func joined(with other: [Int]) -> [Int] {
    if isEmpty { return other }
    return other.allSatisfy(contains) ? self : self + other.filter { !contains($0) }
  }
}

extension Array where Element: Hashable {
  /// Each element once, where it first stands.
  var withoutRepetition: [Element] {
    if count < 2 { return self }
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
