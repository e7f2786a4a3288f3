import Vocabulary

extension Primitive {
  /// The result of anything, shown to the user.
  public static let show = Primitive(
    "show", "Shows a value: rows as a table, a model's facts, a curve.", in: .results,
    cost: .effect, examples: ["show(1 + 1)"],
    Parameter<Value>.subject("value", "What to show.")
  ) { context, value in
    context.report(.display(value.display))
    return Value.none
  }
}
