/// Something wrong with rows: which file, where in it, what was found, what to do.
public struct DataError: Error, Sendable, CustomStringConvertible {
  public var path: String
  public var place: String?
  public var problem: String
  public var advice: String

  public init(path: String, place: String? = nil, problem: String, advice: String) {
    self.path = path
    self.place = place
    self.problem = problem
    self.advice = advice
  }

  public var description: String {
    (place.map { "\(path), \($0): " } ?? "\(path): ") + problem + "\n  " + advice
  }
}
