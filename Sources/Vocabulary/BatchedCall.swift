import Synchronization

/// A call inside a row expression that is answered together with those of other rows.
public struct BatchedCall: Sendable {
  /// What tells it from other calls: the word, all that enters its result, and, where one stage asks
  /// the same of several rows, which of them it is.
  public let key: String
  /// How many rows before this one asked the very same; 0 for the first.
  public let repetition: Int
  public let arguments: Record
  /// The arguments as they were known before running: results of stages still stand for themselves.
  public let known: Record

  public init(key: String, repetition: Int = 0, arguments: Record, known: Record? = nil) {
    self.key = key
    self.repetition = repetition
    self.arguments = arguments
    self.known = known ?? arguments
  }
}

/// What came of a batched call.
public enum CallOutcome: Sendable {
  case value(Value)
  /// There is no answer, so the row is left out; why, as a ledger says it.
  case refused(String)
}

/// Gathers the batched calls of many rows, so that they are answered together.
///
/// A row expression is run; where it calls for what is not known yet it is given up, and run anew
/// once the calls of all rows have been answered. So calls may stand anywhere in an expression, also
/// where one depends on the answer to another, and the expression itself need not know of batches.
/// (Marlow et al. 2014, Haxl, do the same with continuations; expressions here are pure and cheap.)
public final class CallBoard: Sendable {
  /// The board of the stage that runs on this thread.
  @TaskLocal public static var current: CallBoard?

  fileprivate struct Place: Hashable {
    let key: String
    let repetition: Int
  }
  fileprivate struct Gathering {
    var row: Int?
    /// For each call the rows that made it, numbered in their order.
    var rows: [String: [Int: Int]] = [:]
    var answers: [Place: CallOutcome] = [:]
    var wanted: [(primitive: Primitive, call: BatchedCall)] = []
    var asked: Set<Place> = []
  }

  private let context: RunContext
  private let state = Mutex(Gathering())

  public init(_ context: RunContext) { self.context = context }

  /// The key of the stage.
  public var stage: String { context.key }

  /// The answer to a call: at once where a single value is computed; for rows, from the batch.
  ///
  /// - Parameter known: the arguments with results of stages standing for themselves.
  public func answer(
    _ primitive: Primitive, key: String, _ arguments: Record, known: Record
  ) throws -> Value {
    let outcome = try state.withLock { state -> CallOutcome? in
      guard let row = state.row else { return nil }
      let place = Place(key: key, repetition: state.repetition(of: key, in: row))
      if let known = state.answers[place] { return known }
      if state.asked.insert(place).inserted {
        let call = BatchedCall(
          key: key, repetition: place.repetition, arguments: arguments, known: known)
        state.wanted.append((primitive, call))
      }
      throw WantedAnswer()
    }
    let call = BatchedCall(key: key, arguments: arguments, known: known)
    return try (outcome ?? primitive.answers([call], in: context)[0]).value()
  }

  /// What a body gives for each of so many rows; nil for rows that have no answer.
  ///
  /// - Parameter refused: told why a row has none.
  public func rows<Result>(
    _ count: Int, refused: (_ row: Int, _ reason: String) -> Void,
    _ body: (Int) throws -> Result
  ) throws -> [Result?] {
    var results = [Result?](repeating: nil, count: count)
    var open = Array(0..<count)
    defer { state.withLock { $0.row = nil } }
    while !open.isEmpty {
      var waiting: [Int] = []
      for row in open {
        state.withLock { $0.row = row }
        do {
          results[row] = try body(row)
        } catch is WantedAnswer {
          waiting.append(row)
        } catch let refusal as RefusedAnswer {
          refused(row, refusal.reason)
        }
      }
      state.withLock { $0.row = nil }
      try answerAll()
      open = waiting
    }
    return results
  }

  private func answerAll() throws {
    let wanted = state.withLock { state in
      defer { (state.wanted, state.asked) = ([], []) }
      return state.wanted
    }
    // One word may be asked in several batches, as two kinds of overloads are.
    for (name, group) in Dictionary(grouping: wanted, by: \.primitive.name).sorted(by: {
      $0.key < $1.key
    }) {
      let calls = group.map(\.call)
      let outcomes = try group[0].primitive.answers(calls, in: context)
      precondition(
        outcomes.count == calls.count, "\(name) answered \(outcomes.count) of \(calls.count)")
      state.withLock { state in
        for (call, outcome) in zip(calls, outcomes) {
          state.answers[Place(key: call.key, repetition: call.repetition)] = outcome
        }
      }
    }
  }
}

extension CallBoard.Gathering {
  /// Which of the rows that ask the same this one is, in the order of rows.
  fileprivate mutating func repetition(of key: String, in row: Int) -> Int {
    if let place = rows[key]?[row] { return place }
    let place = rows[key]?.count ?? 0
    rows[key, default: [:]][row] = place
    return place
  }
}

extension CallOutcome {
  fileprivate func value() throws -> Value {
    switch self {
    case .value(let value): return value
    case .refused(let reason): throw RefusedAnswer(reason: reason)
    }
  }
}

/// Thrown where a row cannot go on before its calls are answered.
///
/// Who evaluates several expressions of a row may run the others first, so that their calls go into
/// the same batch, and then has to throw it on.
public struct WantedAnswer: Error {}

/// A call that has no answer, so that the row has none.
public struct RefusedAnswer: Error, CustomStringConvertible {
  public let reason: String
  public var description: String {
    "there is no answer: \(reason)\nIn `add` or `filter` such rows are left out and counted."
  }
}
