// E0201–E0220: names, calls, imports and params.

extension Explanation {
  static let unknownName = Explanation(
    "There is no such name",
    """
    A name is defined in the file above the place of its use, by an import, or by the library: \
    `roux doc` lists the words. Columns of data have a dot before them, so that no row can change \
    what a name means.
    """,
    before: """
      words = ["ant", "bee"]
      show(lenght(words))
      """,
    after: """
      words = ["ant", "bee"]
      show(length(words))
      """)

  static let duplicateName = Explanation(
    "One name for two things",
    """
    A name means one thing in a file, so that a reader who has found its definition need not look \
    further. The same holds for the labels of a record and the parameters of a function.
    """,
    before: """
      rate = 1e-4
      rate = 2e-4
      show(rate)
      """,
    after: """
      rate = 1e-4
      faster = 2e-4
      show(faster)
      """)

  static let unknownArgument = Explanation(
    "The call has no such argument",
    """
    Labels are checked before anything runs: a misspelt setting never trains with the default \
    instead. The note shows all that the function takes; `roux doc lora` explains each.
    """,
    before: "show(lora(ranks: 16))",
    after: "show(lora(rank: 16))")

  static let missingArgument = Explanation(
    "An argument is missing",
    """
    Parameters without a default have to be given. Those that could be guessed have defaults; for \
    the others a guess would be worse than the question.
    """,
    before: #"show(rows([(n: 1)]) |> sort())"#,
    after: #"show(rows([(n: 1)]) |> sort(by: .n))"#)

  static let duplicateArgument = Explanation(
    "An argument is given twice",
    """
    Two values for one label, and no rule which counts. A record that is spread with `..` may hold \
    a label that is also written out: there the one written out counts.
    """,
    before: "show(lora(rank: 8, rank: 16))",
    after: "show(lora(rank: 16))")

  static let tooManyArguments = Explanation(
    "There are more arguments than parameters",
    "Each argument belongs to a parameter, and none is left for this one.",
    before: "show(rows([(n: 1)]) |> take(1, 2))",
    after: "show(rows([(n: 1)]) |> take(1))")

  static let unlabelledArgument = Explanation(
    "An argument needs its label",
    """
    Past what the call works on, arguments are labelled: `train(m, on: data, with: sft())`. A row of \
    bare numbers tells no reader which of them is the rank.
    """,
    before: "show(lora(16))",
    after: "show(lora(rank: 16))")

  static let notCallable = Explanation(
    "Only functions can be called",
    "Brackets behind a value or a type call it, and neither can be called.",
    before: """
      rank = 8
      show(rank(2))
      """,
    after: """
      rank = 8
      show(rank * 2)
      """)

  static let notAValue = Explanation(
    "A function or a recipe is not a value by itself",
    """
    `sft` is a function, `sft()` is what it gives; so with an imported recipe, whose names are there \
    once it is called with its params. To pass a function on, write a lambda around it.
    """,
    before: #"show([length for word in ["ant", "bee"]])"#,
    after: #"show([length(word) for word in ["ant", "bee"]])"#)

  static let recursion = Explanation(
    "A function cannot call itself",
    """
    A recipe always comes to an end, in milliseconds, because nothing in it can go round for ever. \
    What would be recursion elsewhere is a comprehension over a list or range here.
    """,
    before: """
      def squares(_ n: Int) -> List<Int> = if n < 1 then [] else squares(n - 1) + [n * n]
      show(squares(3))
      """,
    after: """
      def squares(_ n: Int) -> List<Int> = [k * k for k in 1...n]
      show(squares(3))
      """)

  static let shadowing = Explanation(
    "A name hides another",
    """
    A warning. Inside the lambda, comprehension or block the name means something else than in the \
    rest of the file, which readers overlook. Another name costs nothing.
    """,
    before: """
      n = 3
      show([n * 2 for n in [1, 2]])
      """,
    after: """
      n = 3
      show([k * 2 for k in [1, 2]])
      """)

  static let unknownType = Explanation(
    "There is no such type",
    """
    Types begin with a capital: Int, Float, Bool, Text, Path, Ratio, Duration, Size, List<Int>, \
    Data<(prompt: Text)>, Model, Loss and others that `roux doc` lists; a recipe adds its own with \
    `type`.
    """,
    before: #"param name: String = "a""#,
    after: #"param name: Text = "a""#)

  static let typeArguments = Explanation(
    "A type has too many or too few arguments",
    """
    `List<Int>` says of what; `Int` cannot say more. How many arguments a type takes is fixed.
    """,
    before: """
      def total(_ xs: List) = sum(xs)
      show(total([1.0, 2.0]))
      """,
    after: """
      def total(_ xs: List<Float>) = sum(xs)
      show(total([1.0, 2.0]))
      """)

  static let importFailed = Explanation(
    "An imported recipe cannot be used",
    """
    There is no recipe at the path, or it does not check by itself. Paths start at the folder of the \
    importing recipe, so that a folder of recipes can be moved as a whole.
    """,
    before: """
      import "stage1.recipe" as first
      show(first().rate)
      """,
    after: """
      import "stage.recipe" as first
      show(first().rate)
      """,
    beside: [("stage.recipe", "rate = 1e-4\n")])

  static let importCycle = Explanation(
    "A recipe imports itself",
    """
    Directly, or by way of others; then none of them could be read first. What both need belongs \
    into a third recipe that each imports.
    """,
    before: """
      import "this.recipe" as again
      rate = 1e-4
      """,
    after: """
      import "shared.recipe" as shared
      show(shared().rate)
      """,
    beside: [("shared.recipe", "rate = 1e-4\n")])

  static let pinMismatch = Explanation(
    "The imported recipe is not the one that was pinned",
    """
    `#sha256-…` behind the path pins what the recipe means: comments and layout may change, nothing \
    else. Read what changed; then take over the new pin, which the message shows, or bring the old \
    text back.
    """,
    before: """
      import "stage.recipe#sha256-0000" as first
      show(first().rate)
      """,
    after: """
      import "stage.recipe#sha256-d73b61eb" as first
      show(first().rate)
      """,
    beside: [("stage.recipe", "rate = 1e-4\n")])

  static let missingParameter = Explanation(
    "A param has no value",
    """
    A param without a default is a question that each run has to answer: `roux run f.recipe --rows \
    my.jsonl`. A type that ends in `?` makes the answer optional; it is then `none`.
    """,
    before: """
      param name: Text
      show(name)
      """,
    after: Sample(
      """
      param name: Text
      show(name)
      """, options: ["--name", "Ada"]))

  static let unknownOption = Explanation(
    "The recipe has no param for this option",
    """
    Options on the command line are the params of the recipe, `warm_up` as `--warm-up`. One that is \
    misspelt is refused; a run that quietly took the default would be worth nothing.
    """,
    before: Sample(
      """
      param rank: Int = 8
      show(rank)
      """, options: ["--rnak", "16"]),
    after: Sample(
      """
      param rank: Int = 8
      show(rank)
      """, options: ["--rank", "16"]))

  static let invalidOption = Explanation(
    "The value of an option does not fit its param",
    """
    Values are written as in a recipe: `--budget 2epochs`, `--share 5%`, `--ranks '[8, 16]'`. Texts \
    and paths stand without quotes.
    """,
    before: Sample(
      """
      param rank: Int = 8
      show(rank)
      """, options: ["--rank", "high"]),
    after: Sample(
      """
      param rank: Int = 8
      show(rank)
      """, options: ["--rank", "16"]))

  static let effectInFunction = Explanation(
    "Effects stand on lines of their own",
    """
    `save`, `show` and `check` are what a recipe is run for, and `roux plan` lists them beforehand. \
    Inside a function, or under a condition that is only known later, nobody could say whether they \
    will happen. Let the function give a value, and show that.
    """,
    before: """
      def report(_ n: Int) = show(n)
      report(3)
      """,
    after: """
      def report(_ n: Int) = "there are \\(n)"
      show(report(3))
      """)
}
