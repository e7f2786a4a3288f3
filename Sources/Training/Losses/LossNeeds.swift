import Models
import Synchronization
import Tensors
import Vocabulary

/// What a loss reads beside the log-probabilities of its own answers, found by tracing it alone.
package struct LossNeeds: Sendable {
  /// Log-probabilities under a reference model.
  package let readsReference: Bool
  /// Each prompt with the answer of another row.
  package let readsMismatched: Bool
  /// The tokens of the prompts.
  package let readsPrompt: Bool
  /// How many roles the targets of its batches have.
  package let roles: Int
  /// Whether rows bring several tries at an answer, with a number of a column for each.
  private let isGroup: Bool
  /// What a critic says of each state.
  package let readsValues: Bool
  /// Columns of numbers that every row must have.
  package let columns: [String]
  /// Columns of numbers that are counted together, as some rows may lack some of them.
  package let tables: [[String]]

  /// - Parameter outputs: what the head of the model gives; nil for a model without one.
  /// - Throws: `TraceError` where the loss and such a model do not go together.
  fileprivate init(_ loss: Loss, outputs: [String]?) throws {
    let graph = Graph()
    let answers = loss.roles.count
    let trace = LossTrace(
      loss, of: ScoredTargets(given: graph, roles: answers + 1),
      rewards: outputs.map { RewardOutputs(given: graph, names: $0) },
      lookingUp: { graph.input(LossTrace.valueName, .f32, [.targets]) })
    _ = try trace.scalar()
    _ = try trace.metrics()
    if let complaint = graph.complaint {
      throw TraceError(
        problem: "the loss does not fit together: \(complaint)",
        advice: "Compare the shapes of what it combines.")
    }
    let read = graph.contents.values.compactMap { value -> String? in
      guard case .input(let name) = value.origin else { return nil }
      return name
    }
    readsReference = read.contains(LossTrace.baseName)
    readsValues = read.contains(LossTrace.valueName)
    let readsMore = read.contains { $0.hasPrefix("role.\(answers).") }
    readsMismatched = readsMore && loss.roles == .single
    readsPrompt = readsMore && loss.roles == .pair
    isGroup = loss.roles == .group
    roles = answers + (readsMore ? 1 : 0)
    let tables = Set(read.compactMap(LossTrace.counted))
    self.tables = tables.sorted { $0.lexicographicallyPrecedes($1) }
    columns = Set(read.compactMap(LossTrace.column(of:)) + loss.columns)
      .subtracting(tables.joined()).sorted()
  }

  /// Columns of numbers that a row may lack.
  package var optional: [String] { Set(tables.joined()).sorted() }

  /// The examples with what the loss reads besides.
  func completed(_ examples: [Example]) throws -> [Example] {
    if readsMismatched { return try mismatched(examples) }
    guard readsPrompt else { return examples }
    return examples.map { example in
      var example = example
      example.scoresPrompt = true
      return example
    }
  }

  /// Each prompt gets the answer of the row before it as a second completion.
  ///
  /// The partner is the row's for good, whatever the order of training: what a reference gives it is
  /// found once.
  private func mismatched(_ examples: [Example]) throws -> [Example] {
    guard examples.count > 1, let last = examples.last else {
      throw TrainingError(
        problem: "the loss reads the answer of another row, and there is but one",
        advice: "Train on two rows at least; some hundreds make the estimate good.")
    }
    let longest = examples.map(\.length).max() ?? 0
    return zip(examples, [last] + examples).map { example, other in
      var example = example
      example.completions.append(other.completions[0])
      return example.cut(to: longest)
    }
  }
}

extension LossNeeds {
  /// What is wrong with columns for a loss that reads them as numbers.
  func complaints(about fields: [RecordField], at parameter: String) -> [Complaint] {
    let labels = fields.map(\.label)
    let absent = (columns + optional).filter { !labels.contains($0) }
    guard absent.isEmpty else {
      return [
        Complaint(
          .missingColumns(absent, found: labels), at: parameter,
          "this dataset lacks columns that the loss reads",
          label: "has: " + labels.joined(separator: ", "))
      ]
    }
    return fields.compactMap { field in
      if columns.contains(field.label) { return wrongType(field, .float, at: parameter) }
      guard optional.contains(field.label) else { return nil }
      return wrongType(field, .optional(.float), at: parameter)
    }
  }

  private func wrongType(
    _ field: RecordField, _ expected: RecipeType, at parameter: String
  ) -> Complaint? {
    // Truths are 1 and 0.
    var type = field.type
    // The responses of a group have a number each.
    if isGroup, case .list(let item) = type { type = item }
    guard type != .bool, !expected.accepts(type) else { return nil }
    return Complaint(
      .wrongType(found: field.type, expected: expected), at: parameter,
      "column `\(field.label)` is \(field.type), but the loss reads it as numbers",
      label: "`\(field.label)` is \(field.type)",
      notes: [
        field.type.isOptional
          ? "Say what stands for none: add(\(field.label): .\(field.label) ?? 0.0)."
          : "Make it a number with add(\(field.label): …)."
      ])
  }
}

/// What tracing a loss told, by the outputs of a model's head: several runs may learn by one loss.
final class TracedNeeds: Sendable {
  private let known = Mutex<[[String]?: LossNeeds]>([:])

  func needs(of loss: Loss, _ outputs: [String]?) throws -> LossNeeds {
    if let known = known.withLock({ $0[outputs] }) { return known }
    let found = try LossNeeds(loss, outputs: outputs)
    known.withLock { $0[outputs] = found }
    return found
  }
}
