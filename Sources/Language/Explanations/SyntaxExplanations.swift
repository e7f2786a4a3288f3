// E0101–E0117: what the grammar does not read.

extension Explanation {
  static let unexpectedToken = Explanation(
    "Something else should stand here",
    """
    The grammar has six forms of statement (import, param, type, def, name = value, a value) and \
    one form of call. Here stands something that none of them goes on with: often a comma is \
    missing, or a line was broken where a statement may not be. A statement goes on to the next \
    line inside brackets, after an operator, or where the next line begins with `|>`.
    """,
    before: "show(lora(rank: 8 alpha: 16.0))",
    after: "show(lora(rank: 8, alpha: 16.0))")

  static let unexpectedCharacter = Explanation(
    "This character means nothing in a recipe",
    """
    Names are made of the letters a to z, digits and `_`; any script may stand inside a text and \
    in comments. Curly quotes usually come from a word processor or a chat: only straight ones \
    enclose texts.
    """,
    before: "show(“hello”)",
    after: #"show("hello")"#)

  static let unterminatedText = Explanation(
    "A text has no end",
    """
    A text between `"` ends on its own line, so that one forgotten quote does not swallow the rest \
    of the file. A text over several lines stands between three quotes; the indentation that its \
    lines share is not part of it.
    """,
    before: #"""
      title = "The answer
      show(title)
      """#,
    after: #"""
      title = "The answer"
      show(title)
      """#)

  static let invalidEscape = Explanation(
    "There is no such escape",
    #"""
    In a text a backslash begins an escape: \n, \t, \", \\, \u{1F600}, or a value as \(name). \
    Others are refused instead of kept, since a mistyped one would be in every row before anyone \
    looked. A backslash itself is written twice.
    """#,
    before: #"show("C:\data")"#,
    after: #"show("C:\\data")"#)

  static let malformedNumber = Explanation(
    "This is not how a number is written",
    """
    Numbers are decimal: 2_000, 0.5, 1e-4. A unit stands directly behind one: 3epochs, 5%, 90min. \
    A number begins with a digit, because `.5` would read as a column named 5.
    """,
    before: "show(.5 * 3)",
    after: "show(0.5 * 3)")

  static let unclosedBracket = Explanation(
    "A bracket is never closed",
    """
    Each `(`, `[` and `{` needs its partner. Which bracket was left open is told by the \
    indentation, so the message names the one that looks unfinished, not the end of the file.
    """,
    before: """
      data = rows([(n: 1), (n: 2)]
      show(data)
      """,
    after: """
      data = rows([(n: 1), (n: 2)])
      show(data)
      """)

  static let unmatchedBracket = Explanation(
    "A bracket closes nothing",
    """
    There is no open bracket of this kind. Remove it, or look for the one that was closed too early.
    """,
    before: "show([1, 2]))",
    after: "show([1, 2])")

  static let nestedTooDeeply = Explanation(
    "Brackets stand too deep inside each other",
    """
    Two hundred levels are the limit; no recipe written by a person comes near it. A recipe that a \
    program wrote can give names to its parts.
    """,
    before: Sample(
      "show(" + String(repeating: "(", count: 250) + "1" + String(repeating: ")", count: 250)
        + ")"),
    after: "show((1))")

  static let invalidUTF8 = Explanation(
    "The file is not UTF-8",
    """
    Recipes are UTF-8. A file in Latin-1 or UTF-16 would have to be guessed at, and a wrong guess \
    changes what the model learns. Save it as UTF-8: every editor can, and on the command line \
    `iconv -f latin1 -t utf-8` does.
    """,
    before: Sample(#"show("Straße")"#, encoding: .latin1),
    after: #"show("Straße")"#)

  static let chainedComparison = Explanation(
    "Comparisons do not chain",
    """
    `a < b < c` means three things in three languages. Say it with `and`, or with a range: \
    `b in a...c` holds at both ends, `b in a..<c` not at the upper one; both take fractions too.
    """,
    before: """
      x = 0.5
      show(0 < x < 1)
      """,
    after: """
      x = 0.5
      show(x in 0..<1)
      """)

  static let pipeTarget = Explanation(
    "A pipe leads into a function",
    """
    `data |> filter(.n > 1)` is `filter(data, .n > 1)`: what stands left becomes the first \
    argument of the call on the right. So a name of a function or a call stands there, never a \
    value.
    """,
    before: "show([3, 4] |> [0])",
    after: "show([3, 4] |> first())")

  static let missingLabel = Explanation(
    "A type is missing",
    """
    The params of a recipe and the parameters of a function say their types, since they are what \
    callers and the command line are checked against. Everything else is inferred.
    """,
    before: """
      def twice(_ x) = x * 2
      show(twice(4))
      """,
    after: """
      def twice(_ x: Int) = x * 2
      show(twice(4))
      """)

  static let mixedRecord = Explanation(
    "Several values in brackets need labels, or a list",
    """
    Round brackets around several values make a record, and each field of a record has a label. A \
    list stands in square brackets. Curly ones hold a block: steps, with the value last. There are \
    no tuples and no dictionaries.
    """,
    before: #"show(rows([{"prompt": "a", "response": "b"}]))"#,
    after: #"show(rows([(prompt: "a", response: "b")]))"#)

  static let keywordAsName = Explanation(
    "A word of the language cannot be a name",
    """
    `import param type def if then else for in and or not true false none as where` have a meaning \
    of their own. As a column or a field, behind a dot or before a colon, any word is fine: \
    `.type` works.
    """,
    before: """
      where = "small"
      """,
    after: """
      size = "small"
      """)

  static let misplacedSpread = Explanation(
    "A spread is two dots, in a record or a call",
    """
    `..settings` puts the fields of a record into another record or into the arguments of a call. \
    Three dots make a range. Lists are joined with `+`.
    """,
    before: """
      settings = (rank: 8)
      show(lora(...settings))
      """,
    after: """
      settings = (rank: 8)
      show(lora(..settings))
      """)

  static let blockWithoutValue = Explanation(
    "A block ends with its value",
    """
    `{ … }` holds steps: names for parts of the work, then one value, which is the value of the \
    block. A line whose value nobody uses does nothing, as there are no side effects inside a block.
    """,
    before: """
      area = {
        r = 2.0
      }
      show(area)
      """,
    after: """
      area = {
        r = 2.0
        3.1416 * r * r
      }
      show(area)
      """)

  static let interpolatedPath = Explanation(
    "This text must be plain",
    #"""
    The path of an import and the texts of a type are read before anything is evaluated, so they \
    cannot hold a value written as \(name). To choose between recipes, import both.
    """#,
    before: #"""
      kind = "small"
      import "\(kind).recipe" as base
      show(base().size)
      """#,
    after: """
      import "small.recipe" as base
      show(base().size)
      """,
    beside: [("small.recipe", "size = 16\n")])
}
