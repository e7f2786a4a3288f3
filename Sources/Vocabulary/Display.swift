/// What there is to show of a value; front ends decide how to draw it.
public indirect enum Display: Sendable {
  case text(String)
  case table(Table)
  case record([(label: String, value: Display)])
  case list([Display])
  case curve(Curve)
  /// Parts below each other.
  case stack([Display])
}

/// Rows of text under typed columns.
public struct Table: Sendable {
  public struct Column: Sendable {
    public let name: String
    public let type: String
    public let isNumeric: Bool

    public init(name: String, type: String, isNumeric: Bool = false) {
      self.name = name
      self.type = type
      self.isNumeric = isNumeric
    }
  }

  public var columns: [Column]
  public var rows: [[String]]
  /// How many rows there are in all, where not all are here.
  public var total: Int

  public init(columns: [Column], rows: [[String]], total: Int? = nil) {
    self.columns = columns
    self.rows = rows
    self.total = total ?? rows.count
  }
}

/// A series over steps, or over what another series was at each of them.
public struct Curve: Sendable {
  public var name: String
  public var values: [Double]
  /// Where each value stands on the x axis; nil for one step after the other.
  public var positions: [Double]?

  public init(name: String, values: [Double], positions: [Double]? = nil) {
    self.name = name
    self.values = values
    self.positions = positions
  }
}
