// E0401–E0603: files, plans and runs.

extension Explanation {
  static let missingFile = Explanation(
    "A file or folder is not there",
    """
    Paths start at the folder of the recipe, whatever folder `roux` is started in. Heads of files \
    are read before anything runs, so a wrong path costs no time.
    """,
    before: #"show(jsonl("data/rows.jsonl"))"#,
    after: #"show(jsonl("rows.jsonl"))"#,
    beside: [("rows.jsonl", "{\"n\": 1}\n")])

  static let unreadableInput = Explanation(
    "A file cannot be read",
    """
    It is there, but it is not what it should be: cut off, of another format, or with a broken line. \
    The message says where. Nothing is skipped in silence; a row that cannot be read is no row.
    """,
    before: #"show(jsonl("broken.jsonl"))"#,
    after: #"show(jsonl("rows.jsonl"))"#,
    beside: [
      ("broken.jsonl", "{\"n\": 1}\n{\"n\": \n"), ("rows.jsonl", "{\"n\": 1}\n{\"n\": 2}\n"),
    ])

  static let doesNotFit = Explanation(
    "Shapes, sequences or memory do not go together",
    "Numbers that are each right by themselves, but not with each other.",
    before: "show(llama(width: 30, layers: 1, heads: 4))",
    after: "show(llama(width: 32, layers: 1, heads: 4))")

  static let rowsOverlap = Explanation(
    "A model is judged by rows that it learns from",
    """
    What a model has seen says little of what it can do. Rows are followed through all that is done \
    with them, so another name or another order hides nothing. `split` holds rows out, and keeps \
    those with an equal key together. For watched rows it is an error, elsewhere a warning.
    """,
    before: """
      data = rows([(prompt: "say \\(k)", response: "\\(k)") for k in 1...20])
      tuned = model("tiny") |> train(on: data, with: sft(), watch: data |> shuffle())
      """,
    after: """
      data = rows([(prompt: "say \\(k)", response: "\\(k)") for k in 1...20]) |> split(test: 10%)
      tuned = model("tiny") |> train(on: data.train, with: sft(), watch: data.test)
      """)

  static let outputsCollide = Explanation(
    "Two results are written to one place",
    """
    The later would replace the earlier, and whoever reads the file could not tell which it is. That \
    holds for a folder and a file inside it as well.
    """,
    before: """
      data = rows([(n: 1), (n: 2)])
      save(data, to: "rows.jsonl")
      save(data |> take(1), to: "rows.jsonl")
      """,
    after: """
      data = rows([(n: 1), (n: 2)])
      save(data, to: "rows.jsonl")
      save(data |> take(1), to: "few.jsonl")
      """)

  static let inputOverwritten = Explanation(
    "A recipe writes over what it reads",
    """
    Another run would not read what this one read, so it could not give the same again. Write to \
    another place.
    """,
    before: """
      data = jsonl("rows.jsonl")
      save(data |> take(1), to: "rows.jsonl")
      """,
    after: """
      data = jsonl("rows.jsonl")
      save(data |> take(1), to: "few.jsonl")
      """,
    beside: [("rows.jsonl", "{\"n\": 1}\n{\"n\": 2}\n")])

  static let notPermitted = Explanation(
    "The recipe may not touch this",
    """
    `--allow-read`, `--allow-write` and `--allow-net` limit what a recipe reads, writes and sends, \
    and what all that it imports does. Without any of them all is allowed.
    """,
    before: Sample(#"show(jsonl("rows.jsonl"))"#, options: ["--allow-read", "other.jsonl"]),
    after: Sample(#"show(jsonl("rows.jsonl"))"#, options: ["--allow-read", "rows.jsonl"]),
    beside: [("rows.jsonl", "{\"n\": 1}\n")])

  static let nothingToLearn = Explanation(
    "No row has anything to learn",
    """
    Rows without an answer, or with two answers that are equal, teach nothing; they are dropped and \
    counted. Where none is left, the training is refused before a model is opened.
    """,
    before: """
      data = rows([(prompt: "a", response: "")])
      show(model("tiny") |> train(on: data, with: sft(), budget: 1steps))
      """,
    after: """
      data = rows([(prompt: "a", response: "b")])
      show(model("tiny") |> train(on: data, with: sft(), budget: 1steps))
      """)

  static let tooLittleMemory = Explanation(
    "A training needs more memory than there is",
    """
    Before a training starts its fullest step is planned, and what that takes is compared with what \
    the machine has left. Less at once, shorter sequences, or an adapter instead of all weights take \
    less; with `memory:` a step computes again what it does not keep.
    """,
    before: Sample(
      """
      data = rows([(prompt: "a", response: "b")])
      show(model("tiny") |> train(on: data, with: sft(), budget: 1steps))
      """, memory: 2_000_000),
    after: Sample(
      """
      data = rows([(prompt: "a", response: "b")])
      start = model("tiny") |> attach(lora(rank: 2))
      show(start |> train(on: data, with: sft(), budget: 1steps, length: 64tokens))
      """, memory: 2_000_000_000))

  static let stageFailed = Explanation(
    "A stage could not do its work",
    """
    Something that only the run could show: a value in a row far down, a full disk, a training that \
    no longer gives numbers. Stages that are done are kept, so after the cause is removed the next \
    run goes on from there.
    """,
    before: """
      data = rows([(hits: 1, of: 2), (hits: 0, of: 0)]) |> add(share: div(.hits, by: .of))
      show(data)
      """,
    after: """
      data = rows([(hits: 1, of: 2), (hits: 0, of: 0)])
        |> filter(.of > 0)
        |> add(share: div(.hits, by: .of))
      show(data)
      """)

  static let checkFailed = Explanation(
    "A check does not hold",
    """
    `check` states what must be true of a result, and ends the run with exit code 4 if it is not. \
    The value under each part of the condition is shown, so that the run need not be repeated to \
    see why. What was made is kept.
    """,
    before: """
      data = rows([(n: 1), (n: 2)])
      check(count(data) > 2)
      """,
    after: """
      data = rows([(n: 1), (n: 2), (n: 3)])
      check(count(data) > 2)
      """)

  static let skipped = Explanation(
    "Something was not done, because a stage failed",
    """
    A warning that goes with the failure of a stage: what needs its result cannot happen, the rest \
    does. The cause stands in the message about the stage.
    """,
    before: """
      data = rows([(hits: 0, of: 0)]) |> add(share: div(.hits, by: .of))
      check(count(data) > 0)
      """,
    after: """
      data = rows([(hits: 0, of: 1)]) |> add(share: div(.hits, by: .of))
      check(count(data) > 0)
      """)
}
