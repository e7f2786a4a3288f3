// E0131–E0142: habits from Python, YAML, JSON, the shell and their kin.

extension Explanation {
  static let equalsInCall = Explanation(
    "A label is followed by a colon",
    """
    Arguments and fields are written `label: value`. An equals sign gives a name to a value, and \
    only at the start of a statement; so `f(lr = 1)` can never mean that a name is changed.
    """,
    before: "show(cosine(peak = 2e-5))",
    after: "show(cosine(peak: 2e-5))")

  static let foreignOperator = Explanation(
    "This operator is written otherwise",
    """
    The operators are `?? or and not == != < <= > >= in |> ... ..< + - * /`. Logic is in words. A \
    remainder is `mod(a, by: 3)`, whole division `div(a, by: 3)`, a square `x * x`; `%` is a unit: `5%`. A \
    pipe is `|>`.
    """,
    before: """
      n = 12
      show(n > 2 && n % 5 == 2)
      """,
    after: """
      n = 12
      show(n > 2 and mod(n, by: 5) == 2)
      """)

  static let foreignLiteral = Explanation(
    "This constant is written otherwise",
    """
    `true`, `false` and `none` are in lower case, as in most languages that are not Python. `none` \
    is the one value for what is absent: no null, nil, undefined or NaN beside it.
    """,
    before: "show(lora(rank: 8, alpha: None))",
    after: "show(lora(rank: 8, alpha: none))")

  static let foreignLambda = Explanation(
    "A function of one value is written `x => …`",
    """
    Without brackets around the parameter, and without a word before it. It takes one value; several \
    travel as a record: `p => p.a + p.b`. Where rows flow, there is no need of one: \
    `filter(.score > 3)` speaks of the columns themselves.
    """,
    before:
      "def apply(_ f: Function<Int, Int>, to: Int) = f(to)\nshow(apply(lambda x: x + 1, to: 2))",
    after: "def apply(_ f: Function<Int, Int>, to: Int) = f(to)\nshow(apply(x => x + 1, to: 2))")

  static let foreignText = Explanation(
    "Texts stand between double quotes",
    #"""
    There is one way to write a text: between `"`, or between `"""` over several lines. A value \
    stands in it as \(value), without a letter before the quotes.
    """#,
    before: #"""
      name = "Ada"
      show(f"Hello, {name}!")
      """#,
    after: #"""
      name = "Ada"
      show("Hello, \(name)!")
      """#)

  static let foreignStatement = Explanation(
    "There is no such statement",
    """
    A recipe says what is there, not what to do in which order, so there are no loops, no `return`, \
    no exceptions, no printing. A list is made from another with `[f(x) for x in xs if c]`; rows are \
    changed by `add`, `filter` and `select`; the last value of a block or function is its result; \
    `show` shows.
    """,
    before: """
      for n in 1...3:
        print(n * n)
      """,
    after: "show([n * n for n in 1...3])")

  static let foreignBinding = Explanation(
    "A name is bound once, by `name = value`",
    """
    No word stands before the name, since nothing is ever reassigned: a name means one thing from \
    its definition to the end of the file. `x += 1` would make a recipe mean something else at \
    every line; give the new value a name of its own.
    """,
    before: """
      let rate = 1e-4
      show(rate)
      """,
    after: """
      rate = 1e-4
      show(rate)
      """)

  static let foreignDefinition = Explanation(
    "A function is written `def f(x: Type) = value`",
    """
    The body is one value behind `=`. Where it takes several steps, it is a block: `{`, a line for \
    each step, the value last, `}`. Parameters state their types; `_` before one lets calls leave its \
    label out.
    """,
    before: """
      def half(x):
          return x / 2
      show(half(3))
      """,
    after: """
      def half(_ x: Int) = x / 2
      show(half(3))
      """)

  static let foreignComment = Explanation(
    "A comment begins with `//`",
    """
    `//` begins a comment, `///` one that documents what follows it, and shows up in help. `#` is \
    free for pins of imports.
    """,
    before: """
      # the learning rate
      show(1e-4)
      """,
    after: """
      // the learning rate
      show(1e-4)
      """)

  static let semicolon = Explanation(
    "A statement ends with its line",
    "One statement a line; no semicolon parts or ends them.",
    before: "a = 1; show(a)",
    after: "a = 1\nshow(a)")

  static let pastedYAML = Explanation(
    "This looks like YAML",
    """
    A recipe is not a tree of settings: it is a chain of values. What a configuration file says in \
    nested keys becomes arguments of calls, which know their labels, types and units; a misspelt one \
    is found before the run. Single settings become params, which are options on the command line.
    """,
    before: """
      model: tiny
      lora:
        r: 16
      learning_rate: 2e-4
      """,
    after: """
      param learning_rate: Float = 2e-4

      base = model("tiny") |> attach(lora(rank: 16))
      """)

  static let foreignConditional = Explanation(
    "A choice is a value: `if c then a else b`",
    """
    `if` gives one of two values, so it has both sides, and the words between them. There are no \
    blocks that run or do not run: what a recipe does never depends on how far it has come.
    """,
    before: """
      n = 3
      show(n > 2 ? "many" : "few")
      """,
    after: """
      n = 3
      show(if n > 2 then "many" else "few")
      """)

  static let quotedLabel = Explanation(
    "A label has no quotes",
    """
    JSON puts its keys between quotes; here a label is a plain word before a colon, so that it can \
    never be mistaken for a value.
    """,
    before: #"show(lora("rank": 8))"#,
    after: "show(lora(rank: 8))")
}
