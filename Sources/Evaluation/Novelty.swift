import Datasets
import Vocabulary

extension Primitive {
  /// How Self-Instruct (arXiv 2212.10560) keeps an instruction: ROUGE-L with each before below 0.7.
  public static let novel = Primitive(
    "novel", "The rows whose text is unlike those before it, by ROUGE-L.", in: .cleaning,
    cost: .light, keeps: .some,
    typing: .derived { call in
      switch call.type("rows") {
      case .data(let row): .data(row)
      default: .data(.any)
      }
    },
    examples: [#"rows([(q: "name a tree"), (q: "name one tree")]) |> novel(by: .q, below: 0.5)"#],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<RowExpression<String>>("by", "The text of a row."),
    Parameter(
      "below", "What its F1 with any text before must stay below.", default: 0.7, .within(0...1)),
    Parameter<[String]>("than", "Further texts that it must be unlike.", default: [])
  ) { context, data, text, limit, others in
    var known = others.map(\.wordsOfRouge)
    let kept = try data.rows.filter { row in
      let words = try text(row).wordsOfRouge
      guard
        !known.contains(where: {
          mayReach(limit, words, $0) && RougeL(words, reference: $0).score() >= limit
        })
      else { return false }
      known.append(words)
      return true
    }
    context.report(
      .ledger(
        Ledger(
          step: "novel", read: data.count, kept: kept.count,
          entries: kept.count == data.count
            ? [] : [.init(reason: "dropped: like a text before", count: data.count - kept.count)])))
    return data.with(rows: kept)
  }

  /// Texts of very different lengths cannot be alike: F1 is at most 2 min / (m + n).
  private static func mayReach(_ limit: Double, _ a: [String], _ b: [String]) -> Bool {
    2 * Double(min(a.count, b.count)) >= limit * Double(a.count + b.count)
  }
}
