import Foundation
import Syntax
import TestSupport

/// Parses text that stands in a test.
func parse(_ text: String, continuing: Bool = false) -> Parser.Result {
  Parser.parse(SourceText(name: "test.recipe", text), continuing: continuing)
}

/// The expression of a one-line recipe, as canonical text.
func canonical(_ text: String) -> String {
  let (tree, diagnostics) = parse(text)
  guard diagnostics.isEmpty, case .expression(let value)? = tree.statements.first?.kind,
    tree.statements.count == 1
  else { return "not one expression: \(diagnostics.map(\.message))" }
  return value.canonicalText
}

/// Recipes that use every form of the grammar.
enum Recipes {
  static let training = """
    /// Instruction-tune a small model.

    param base: Path = "models/tiny"
    /// Peak learning rate.
    param lr: Float = 2e-4 where lr > 0 and lr < 1e-2
    param rank: Int = 16 where rank in 1...256   // even is faster

    data = jsonl("data/chats.jsonl")
      |> select(prompt: .question, response: .answer)
      |> filter(length(.response) > 0)
      // a few rows are kept for watching
      |> split(test: 5%, by: .prompt)

    tuned = model(base)
      |> attach(lora(rank: rank, targets: "attention"))
      |> train(
           on: data.train, with: sft(),   // plain answers
           budget: 2epochs, batch: 64, lr: cosine(peak: lr, warmup: 3%),
           watch: data.test)

    check(tuned.ppl < 12, "too \\(tuned.ppl + 1) \\("nested \\(lr)")")
    save(tuned, to: "out/tuned")

    """

  static let forms = """
    import "sft.recipe" as base
    import "plain.recipe"

    type Score = Int where it in 0...4
    type Rated = (prompt: Text, score: Score?, kind: "a" | "b")

    /// A loss.
    def dpo(_ beta: Float = 0.1, as: Text?) -> Loss<(prompt: Text, chosen: Text), Int> =
      loss(b => {
        // the better one
        better = sum(b.chosen.logp - b.chosen.base_logp)

        worse = -sum(b.rejected.logp)
        -log_sigmoid(beta * (better - worse)) // negative
      })

    grid = [
      (lr: lr, rank: r, ..base(lr: lr).report)
      for lr in [5e-5, 1e-4,] // coarse
      for r in [8, 16, 32]
      if r * lr < 5e-3 and not r == 9
    ]
    best = if grid[0].lr > 1 or false then none else grid |> best(by: g => g.run.ppl) ?? grid[0]
    half = x |> take(500) |> count >= 1_000 and 0..<5 == .a.b
    graded = drafts |> add(grade: ask(judge, \"\"\"
      Question: \\(.question)
        Answer: \\(.answer)
      \"\"\", as: (score: Int, reason: Text)))
    units = [500steps, 3%, 90min, 16GiB, 800tokens, 1.5, -2, ()]

    """

  static let all = [training, forms] + shared

  /// The samples that came with the description of the language, where they are at hand.
  static let shared: [String] =
    [
      "datagen", "dpo", "drpo", "eval", "helpsteer2_rm", "losses", "sft", "sweep",
    ].compactMap { name in
      SharedFiles.file("reference/grammar/\(name).recipe").flatMap {
        try? String(contentsOf: $0, encoding: .utf8)
      }
    }
}
