// E0301–E0315: types, units and columns.

extension Explanation {
  static let typeMismatch = Explanation(
    "A value is of another type than its place asks for",
    """
    An Int may stand for a Float and a Text for a Path; nothing else turns into another type by \
    itself. A silent conversion is a wrong run that nobody notices.
    """,
    before: #"show(lora(rank: "eight"))"#,
    after: "show(lora(rank: 8))")

  static let wrongUnit = Explanation(
    "A unit is missing, or is the wrong one",
    """
    A length of training is in epochs, steps, tokens or time, a share in %, memory in MiB: `2epochs`, \
    `500steps`, `3%`, `90min`, `16GiB`. A bare 2 would leave open two of what, and a share of 50 would \
    be fifty times the whole.
    """,
    before: "show(cosine(peak: 1e-4, warmup: 50))",
    after: "show(cosine(peak: 1e-4, warmup: 50steps))")

  static let invalidChoice = Explanation(
    "The text is none of those that may stand here",
    "Some arguments are one of a few texts; the note lists them.",
    before: #"show(rows([(n: 2), (n: 1)]) |> sort(by: .n, order: "down"))"#,
    after: #"show(rows([(n: 2), (n: 1)]) |> sort(by: .n, order: "descending"))"#)

  static let operatorTypes = Explanation(
    "An operator does not work on these types",
    #"""
    Numbers go with numbers, texts with texts, quantities with quantities of the same kind. To put \
    a value into a text, write "\(value)".
    """#,
    before: #"show("loss: " + 1.5)"#,
    after: #"show("loss: \(1.5)")"#)

  static let unknownMember = Explanation(
    "A value has no part of this name",
    """
    Behind a dot stands a field of a record, a part of a result such as `.train` of a split, or a \
    name of an imported recipe. The note lists what there is.
    """,
    before: """
      parts = rows([(n: k) for k in 1...20]) |> split(test: 10%)
      show(parts.validation)
      """,
    after: """
      parts = rows([(n: k) for k in 1...20]) |> split(test: 10%)
      show(parts.test)
      """)

  static let ruleBroken = Explanation(
    "A value is out of the range of its parameter",
    "The type is right, the value cannot be: no rank is 0, no share of the rows above 100 %.",
    before: "show((rows([(n: 1)]) |> split(test: 150%)).train)",
    after: "show((rows([(n: 1)]) |> split(test: 15%)).train)")

  static let constraintBroken = Explanation(
    "A value breaks the condition that the recipe states",
    """
    `where` behind a param or type says what must hold of its values. Who wrote the recipe knew why; \
    change the value, or the condition.
    """,
    before: """
      param lr: Float = 0.5 where lr > 0.0 and lr < 1e-2
      show(lr)
      """,
    after: """
      param lr: Float = 5e-4 where lr > 0.0 and lr < 1e-2
      show(lr)
      """)

  static let columnOutsideRow = Explanation(
    "There is no row here whose column could be meant",
    """
    `.score` is the column of the current row, so it stands in calls that go over rows: `filter`, \
    `add`, `select`, `sort` and others. Elsewhere there is no current row.
    """,
    before: """
      data = rows([(score: 1), (score: 4)])
      show(.score > 3)
      """,
    after: """
      data = rows([(score: 1), (score: 4)])
      show(data |> filter(.score > 3))
      """)

  static let deferredRange = Explanation(
    "How many there are must be known before running",
    """
    The plan, with all its stages, is made before anything runs; so what a comprehension goes over \
    cannot be the result of a stage. Rows are changed by `add`, `filter` and `select` instead.
    """,
    before: """
      data = rows([(n: 1), (n: 2)])
      show([k * k for k in 0..<count(data)])
      """,
    after: """
      data = rows([(n: 1), (n: 2)])
      show(data |> add(square: .n * .n))
      """)

  static let optionalValue = Explanation(
    "A value may be none where one is needed",
    """
    Its type ends in `?`: a column that some rows lack, or a text that may write no number. Say what \
    counts instead with `??`, or leave such rows out. Nothing becomes 0 or "" by itself.
    """,
    before: #"show(number("12") + 1.0)"#,
    after: #"show((number("12") ?? 0.0) + 1.0)"#)

  static let dimensions = Explanation(
    "Tensors of different dimensions meet",
    """
    In a loss, numbers have named dimensions: one per token of each sequence, or one per sequence. \
    Element by element only equal ones go together; `sum` and `mean` take the innermost away.
    """,
    before: "show(loss(b => mean(mean(b.logp) - b.logp)))",
    after: "show(loss(b => mean(mean(b.logp) - mean(b.mask * b.logp))))")

  static let missingColumns = Explanation(
    "Rows lack a column that is read",
    """
    Columns are part of the type of data, found from the head of the file, and flow through each \
    step. What a loss, a metric or an expression reads has to be there before the run starts; \
    `rename` gives a column another name, `add` and `select` make one.
    """,
    before: """
      data = rows([(question: "1 + 1 =", answer: "2")])
      tuned = model("tiny") |> train(on: data, with: sft(), budget: 1steps)
      """,
    after: """
      data = rows([(question: "1 + 1 =", answer: "2")])
        |> rename(prompt: .question, response: .answer)
      tuned = model("tiny") |> train(on: data, with: sft(), budget: 1steps)
      """)

  static let stageInRow = Explanation(
    "A stage cannot run once for each row",
    """
    Work that is planned, kept and listed happens once, for all rows together. A value that comes \
    from a stage may be used in a row expression; the stage may not depend on the row.
    """,
    before: """
      data = rows([(q: "ant"), (q: "bee")])
      show(data |> add(same: count(rows([(q: .q)]))))
      """,
    after: """
      data = rows([(q: "ant"), (q: "bee")])
      total = count(data)
      show(data |> add(of: total))
      """)

  static let evaluationFailed = Explanation(
    "A value cannot be computed",
    """
    The types are right, but this operation has no result for these values: a division by zero, an \
    element beyond the end of a list, a number too large.
    """,
    before: "show([1, 2, 3][5])",
    after: "show([1, 2, 3][2])")

  static let needlessFallback = Explanation(
    "A fallback that never counts",
    """
    A warning. `??` says what stands in for none, and the value on its left is never none. Perhaps \
    another value was meant, or the fallback is left over.
    """,
    before: """
      rate = 2e-4
      show(rate ?? 1e-4)
      """,
    after: """
      rate = 2e-4
      show(rate)
      """)
}
