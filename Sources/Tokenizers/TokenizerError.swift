/// A tokenizer file, vocabulary or pattern that cannot be used: where, what stood there, and what
/// would have been understood.
public struct TokenizerError: Error, CustomStringConvertible, Sendable {
  public var place: String
  public var found: String
  public var expected: String
  public var advice: String?

  public init(_ place: String, found: String, expected: String, advice: String? = nil) {
    self.place = place
    self.found = found
    self.expected = expected
    self.advice = advice
  }

  public var description: String {
    let problem = "\(place): found \(found), expected \(expected)"
    return advice.map { "\(problem). \($0)" } ?? problem
  }
}
