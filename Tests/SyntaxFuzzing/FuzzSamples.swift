// What is put into recipes by mutation, and two recipes that use every form of the grammar.

import Syntax

/// The material of mutation.
public enum FuzzSamples {
  static let snippets: [[UInt8]] = bytes([
    "(", ")", "[", "]", "{", "}", "\"", "\"\"\"", "\\(", "\n", "\n\n", " ", ",", ":", ".", "..",
    "...", "..<", "|>", "=>", "=", "-", "not ", "if ", " then ", " else ", " for x in ", "// c\n",
    "/// d\n", "#", ";", "1_0.5e3min", "def f(", "param a: ", "import ", "type A = ", "\\u{", "'",
    "?", "<", ">", "&&", "\t", "\r\n", "\r", "// ( \"\n", "\\\"", "\\", "\u{FEFF}", "\0", "f(x: 1)",
    "{\n a = 1\n a }", "x => x", "(a: 1, ..b)", "[a for a in b if c]", "\"a\\(b)\"", "_", "??", "|",
    "->", "a + b", "-1", "where it > 0", "as b", "\"\"\"\n a \\(b)\n \"\"\"", "lambda x: ", "None",
    "match (x)", "let x = 1",
  ])

  /// Every word and symbol of the language, and a few more.
  static let words: [[UInt8]] =
    Token.Keyword.allCases.map { Array($0.rawValue.utf8) }
    + Token.Symbol.allCases.map { Array($0.rawValue.utf8) }
    + bytes([
      "a", "b.c", "x:", "1", "0.5", "3%", "2epochs", "\"t\"", "_", "Int", "\n", " ", "// c\n",
    ])

  static let spaces: [[UInt8]] = bytes([
    " ", "\n", "\n\n", "  \n ", "\t", "\r\n", " // c\n", "\n// c\n", "\n\n// c\n\n// d\n",
    "/// d\n",
    "\n  ",
  ])

  static let scalars: [ClosedRange<UInt32>] = [
    0...0x1F, 0x80...0x24F, 0x300...0x36F, 0x5D0...0x6FF, 0x1100...0x11FF, 0x2000...0x206F,
    0x4E00...0x4FFF, 0xAC00...0xADFF, 0xD000...0xFFFF, 0x1F300...0x1F9FF, 0xE0000...0xE01EF,
  ]

  static let numberEnds: [[UInt8]] = bytes([
    "", "e999999999", "e-400", ".5", "%", "steps", "_", "GiB", "e308", ".0000000000000000000001",
    "_000_000", "x9", "e", ".",
  ])

  static let nests: [([UInt8], [UInt8])] = [
    ("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("f(a: ", ")"), ("(a: ", ")"), ("-", ""),
    ("not ", ""), ("a => ", ""), ("if a then ", " else b"), ("\"\\(", ")\""), ("T<", ">"),
    ("{\n", "\n}"), ("[\n", "\n]"), ("(\n", "\n)"), ("[a for a in ", "]"),
    ("loss(b => {\n", "\n})"),
  ].map { (Array($0.utf8), Array($1.utf8)) }

  static let links: [[UInt8]] = bytes([
    " + a", ".b", "(1)", "[1]", " |> f", "\n|> f(1)", " ?? b", " and a", ", a", ", a: 1", " * a",
    " == a", "?", " | \"a\"", "\n", " ", "long", "\n// c", "\na = 1", " if a", " for a in b",
  ])

  private static func bytes(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  public static let training = """
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

  public static let forms = """
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
}
