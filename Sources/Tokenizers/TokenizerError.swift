import JSON

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

  /// A file that is not the JSON it should be.
  init(_ file: String, _ error: JSONError) {
    self.init(
      "\(file), line \(error.line), column \(error.column)", found: "no JSON: \(error.problem)",
      expected: "the JSON of a tokenizer")
  }

  public var description: String {
    let problem = "\(place): found \(found), expected \(expected)"
    return advice.map { "\(problem). \($0)" } ?? problem
  }
}
