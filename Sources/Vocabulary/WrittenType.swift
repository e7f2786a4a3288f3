/// A type written as a value, with the conditions that its values must meet.
///
/// As `Rated` in `jsonl(path, row: Rated)`, where `type Score = Int where it in 0...4` may be the
/// type of a field.
public struct WrittenType: Sendable {
  public let type: RecipeType
  public let conditions: [Condition]

  public init(_ type: RecipeType, conditions: [Condition] = []) {
    self.type = type
    self.conditions = conditions
  }

  /// What a value, or a part of it, must hold.
  public struct Condition: Sendable {
    /// The way from the value to the part.
    public enum Step: Hashable, Sendable {
      case field(String)
      /// Every element of a list.
      case each
    }

    public let path: [Step]
    public let test: RowExpression<Bool>
    /// As the recipe writes it, such as `it in 0...4`.
    public let words: String

    public init(path: [Step] = [], test: Function, words: String) {
      self.path = path
      self.test = RowExpression(test)
      self.words = words
    }

    /// The same of a value that this one's is a part of.
    public func inside(_ step: Step) -> Condition {
      Condition(path: [step] + path, test: test.function, words: words)
    }
  }

  /// One text for one type with its conditions.
  var canonical: String {
    let tests = conditions.map { "\($0.path) \($0.test.function.canonical)" }
    return (["\(type)"] + tests).joined(separator: " where ")
  }
}
