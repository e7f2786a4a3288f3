/// Recipes that tests share.
enum Recipes {
  /// What `main` imports.
  static let base = """
    /// How wide the adapter is.
    param rank: Int = 8

    /// The model that training starts from.
    start = model("tiny") |> attach(lora(rank: rank))

    """

  static let main = """
    import "base.recipe" as base

    /// How fast it learns.
    param lr: Float = 2e-4 where lr > 0.0

    chats = rows([(prompt: "ab", response: "ba"), (prompt: "cd", response: "dc")])
    short = chats |> filter(length(.prompt) < 3)
    stage = base(rank: 4)

    /// Keeps what is long.
    def long(_ rows: Data<(prompt: Text)>, limit: Int = 2) = rows |> filter(length(.prompt) > limit)

    tuned = stage.start |> train(on: long(short, limit: 1), with: sft(), budget: 2steps, lr: lr)
    save(tuned, to: "out")

    """
}
