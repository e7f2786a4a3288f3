/// What is found out about a heavy stage right before it runs.
public struct Preview: Sendable {
  /// The account of the rows that it will use, as far as the rows alone tell.
  public var ledger: Ledger?
  /// The most memory that it will take, files that are mapped apart.
  public var peakBytes: Int?

  public init(ledger: Ledger? = nil, peakBytes: Int? = nil) {
    self.ledger = ledger
    self.peakBytes = peakBytes
  }
}
