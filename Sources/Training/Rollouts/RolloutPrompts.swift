import Datasets
import Models
import Templates
import Vocabulary

/// Rows made into prompts for a policy, with the account of those that could not be used.
struct RolloutPrompts {
  /// A prompt, and the text that answers may start inside.
  struct Prompt {
    /// The place of its row, which keys its draws.
    let place: Int
    let row: Record
    let messages: [Message]
    let tokens: [Int32]
    /// The tokens of the text before its end; empty where there is none.
    let offline: [Int32]
  }

  private(set) var all: [Prompt] = []
  private(set) var ledger: Ledger

  /// - Parameters:
  ///   - length: the most tokens of a prompt and its answer.
  ///   - step: what the rows are for.
  init(
    _ data: Dataset, for rollout: RolloutSettings, model: LanguageModel, length: Int, step: String
  ) throws {
    ledger = Ledger(step: step, read: data.count, kept: 0)
    var (tooLong, empty) = (0, 0)
    let room = min(length, model.dimensions.context) - rollout.longest
    for (place, row) in data.rows.enumerated() {
      if let column = rollout.reset?.column, row.isEmpty(column) {
        empty += 1
        continue
      }
      let prompt = try Self.prompt(row, place, rollout, model)
      if prompt.tokens.count > room { tooLong += 1 } else { all.append(prompt) }
    }
    ledger.kept = all.count
    ledger.entries = [
      Ledger.Entry(
        reason: "dropped: the prompt leaves no room for \(rollout.longest) tokens", count: tooLong),
      Ledger.Entry(reason: "dropped: no text to start inside", count: empty),
    ].filter { $0.count > 0 }
  }

  private static func prompt(
    _ row: Record, _ place: Int, _ rollout: RolloutSettings, _ model: LanguageModel
  ) throws -> Prompt {
    let messages = try RowEncoder(model: model).prompt(row, place)
    var offline: [Int32] = []
    if let column = rollout.reset?.column {
      guard case .text(let text)? = row[column] else {
        throw DataError(
          path: "row \(place + 1)", place: "column `\(column)`", problem: "is no text",
          advice: "Answers start inside the texts of this column: leave such rows out.")
      }
      let tokens = try model.example(prompt: messages, completions: [text]).completions[0].tokens
      offline = Array(tokens.prefix { !model.stopTokens.contains($0) })
    }
    return Prompt(
      place: place, row: row, messages: messages, tokens: try model.prompt(messages),
      offline: offline)
  }
}

extension RolloutSettings {
  /// How many tokens of a text come first: 0 without a reset, else 1 to `length - 1`, where the length
  /// counts the end, so that the whole text is never forced.
  ///
  /// With the usual cut each number is equally likely (Cornell-RL/tril, RollinProcessor).
  ///
  /// - Parameters:
  ///   - length: the tokens of the text with its end.
  ///   - chance: 0 ..< 1, whether the answer is reset at all.
  ///   - place: 0 ..< 1, where in the distribution of cuts.
  package func forcedTokens(length: Int, chance: Double, place: Double) -> Int {
    let most = min(length, longest) - 1
    guard let reset, most >= 1, chance < reset.share,
      case .quantity(let share) = reset.cut.value(at: place)
    else { return 0 }
    return 1 + min(most - 1, Int(share.base * Double(most)))
  }
}
