/// A file that is not what it claims to be: where, what was found, what to try.
public struct FormatError: Error, CustomStringConvertible, Sendable, Equatable {
  public var path: String
  /// Where in the file: a byte offset, a line, a tensor.
  public var place: String?
  public var problem: String
  public var advice: String?

  public init(path: String, place: String? = nil, problem: String, advice: String? = nil) {
    self.path = path
    self.place = place
    self.problem = problem
    self.advice = advice
  }

  public var description: String {
    let place = place.map { "\(path), \($0)" } ?? path
    return "\(place): \(problem)" + (advice.map { "\n  \($0)" } ?? "")
  }
}

extension FormatError {
  /// A system call that failed, in the system's words.
  static func system(_ call: String, path: String, code: Int32, advice: String? = nil) -> Self {
    Self(path: path, problem: "\(call): \(systemMessage(code))", advice: advice)
  }
}
