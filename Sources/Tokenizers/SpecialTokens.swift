/// The tokens that steer a model rather than spell text.
public struct SpecialTokens: Sendable {
  public var bos: Int?
  public var eos: Int?
  public var pad: Int?
  public var unknown: Int?
  /// The text of every special token, and its id.
  public var names: [String: Int]

  public init(
    bos: Int? = nil, eos: Int? = nil, pad: Int? = nil, unknown: Int? = nil,
    names: [String: Int] = [:]
  ) {
    self.bos = bos
    self.eos = eos
    self.pad = pad
    self.unknown = unknown
    self.names = names
  }
}
