import Models
import Tensors
import Vocabulary

// What losses of reward models read: outputs of the head, and columns of the rows as numbers.

extension LossTrace {
  /// All outputs of the head for the completions of a role.
  func rewards(_ role: Int) throws -> TracedTensor {
    guard let rewards else {
      throw TraceError(
        problem: "the loss reads rewards, but the model wears no reward head",
        advice: "Give it one before training: model |> attach(reward_head()).")
    }
    return TracedTensor(rewards.ofRole(role), .outputs(rewards.names.count), .free, self)
  }

  /// The output of a head that has one.
  func reward(_ role: Int) throws -> TracedTensor {
    let all = try rewards(role)
    guard all.level == .outputs(1) else {
      throw TraceError(
        problem: "`reward` is the one output of a head, but this head gives "
          + (rewards?.names ?? []).joined(separator: ", "),
        advice: "`rewards` has all outputs; a head of one is reward_head().")
    }
    return TracedTensor(flatten(all.tensor), .sequences, .free, self)
  }

  /// Columns as a number per sequence and output, 0 where a row has none.
  func columns(_ names: [String]) throws -> TracedTensor {
    try checkOutputs(names)
    let numbers = table(names)
    let known = select(equal(numbers, numbers), numbers, graph.constant(0))
    return TracedTensor(known, .outputs(names.count), .free, self)
  }

  /// 1 where a row has a number in a column, else 0.
  func known(_ names: [String]) throws -> TracedTensor {
    try checkOutputs(names)
    let numbers = table(names)
    return TracedTensor(
      equal(numbers, numbers), .outputs(names.count), .free, self,
      total: graph.input(Self.knownName(names), .f32, .scalar))
  }

  /// Columns side by side; not a number where a row has none. [sequences, columns]
  private func table(_ names: [String]) -> Tensor {
    concatenate(names.map { Tensors.column(column($0).tensor) })
  }

  private static let knownMark = "step.known"
  /// No column is called so.
  private static let border: Character = "\u{1F}"

  /// The input that says how many numbers some columns have in the whole step.
  private static func knownName(_ columns: [String]) -> String {
    ([knownMark] + columns).joined(separator: String(border))
  }

  /// The columns whose numbers an input counts; nil for other inputs.
  static func counted(by input: String) -> [String]? {
    let parts = input.split(separator: border).map(String.init)
    return parts.first == knownMark ? Array(parts.dropFirst()) : nil
  }

  /// What the graph is fed for the numbers that columns have in the whole step.
  package static func knownInputs(
    _ tables: [[String]], _ examples: [Example]
  ) -> [String: InputData] {
    var inputs: [String: InputData] = [:]
    for columns in tables {
      let known = examples.reduce(0) { count, example in
        columns.reduce(count) { $0 + (example.values[$1] ?? []).count { !$0.isNaN } }
      }
      inputs[knownName(columns)] = .floats([Float(max(1, known))])
    }
    return inputs
  }

  /// Refuses columns that are not the outputs of the head: a number would be learnt as another.
  private func checkOutputs(_ names: [String]) throws {
    guard let rewards, rewards.names != names else { return }
    let isUnnamed = rewards.names == RewardHead.standardNames(rewards.names.count)
    if isUnnamed, names.count == rewards.names.count { return }
    throw TraceError(
      problem: "the loss compares the columns \(names.joined(separator: ", ")) with a head that "
        + "gives \(rewards.names.joined(separator: ", "))",
      advice: "Name the head's outputs after the columns, in their order: "
        + "reward_head(outputs: \(names.count), names: ["
        + names.map { "\"\($0)\"" }.joined(separator: ", ") + "]).")
  }
}

extension Vocabulary.Primitive {
  /// Words for columns inside losses.
  public static let lossColumns: [Vocabulary.Primitive] = [
    columnOfBatch, columnsOfBatch, knownOfBatch,
  ]

  private static let columnOfBatch = Vocabulary.Primitive(
    "column", "A column of the rows as a number per sequence; without one, the number `or`.",
    in: .losses,
    typing: .derived { .tensor($0.type("name") == .none ? [] : ["sequence"]) },
    examples: ["loss(b => mean(column(b, .weight) * sum(-b.logp)))"],
    Parameter<TracedBatch>.subject("batch", "The batch."),
    Parameter<ColumnName?>.subject("name", "A column of numbers, which every row must have."),
    Parameter("or", "What stands where no column is named.", default: 0.0)
  ) { _, batch, name, fallback in
    name.map { batch.trace.column($0.name) } ?? batch.trace.constant(fallback)
  }

  private static let columnsOfBatch = Vocabulary.Primitive(
    "columns", "Columns of the rows as a number per sequence and output, 0 where a row has none.",
    in: .losses, typing: .fixed(.tensor(["sequence", "output"])),
    examples: ["loss(b => mean(mean(columns(b, [.helpfulness, .correctness]))))"],
    Parameter<TracedBatch>.subject("batch", "The batch."),
    Parameter<[ColumnName]>.subject("names", "Columns of numbers.")
  ) { _, batch, names in
    try batch.trace.columns(names.map(\.name))
  }

  private static let knownOfBatch = Vocabulary.Primitive(
    "known", "1 where a row has a number in a column, else 0: the mask for `columns`.",
    in: .losses, typing: .fixed(.tensor(["sequence", "output"])),
    examples: [
      "loss(b => mean(square(columns(b, [.helpfulness])), over: known(b, [.helpfulness])))"
    ],
    Parameter<TracedBatch>.subject("batch", "The batch."),
    Parameter<[ColumnName]>.subject("names", "Columns of numbers.")
  ) { _, batch, names in
    try batch.trace.known(names.map(\.name))
  }
}
