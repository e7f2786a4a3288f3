/// Something wrong with a model: which one, where in it, what was found, what to try.
public struct ModelError: Error, Sendable, CustomStringConvertible {
  public var model: String
  public var place: String?
  public var problem: String
  public var advice: String

  public init(model: String, place: String? = nil, problem: String, advice: String) {
    self.model = model
    self.place = place
    self.problem = problem
    self.advice = advice
  }

  public var description: String {
    (place.map { "\(model), \($0): " } ?? "\(model): ") + problem + "\n  " + advice
  }
}
