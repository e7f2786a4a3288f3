// Curves made of braille dots: each cell is two dots wide and four high.

/// Draws a series as a line.
///
/// Values that are not finite are gaps.
public struct BrailleCurve {
  /// Cells of the whole picture, labels included.
  public var width: Int
  public var height: Int

  public init(width: Int, height: Int) {
    self.width = max(1, width)
    self.height = max(1, height)
  }

  /// The curve with its greatest and least value at the left, and the range of x below.
  public func lines(_ values: [Double], first: String = "", last: String = "") -> [String] {
    guard let range = Self.range(values) else { return ["no values"] }
    return framed(range, first: first, last: last) { $0.plotted(values, range) }
  }

  /// A dot for each value where it stands on the x axis.
  public func lines(_ values: [Double], at positions: [Double]) -> [String] {
    let points = zip(positions, values).filter { $0.isFinite && $1.isFinite }
    guard let range = Self.range(points.map(\.1)), let places = Self.range(points.map(\.0)) else {
      return ["no values"]
    }
    return framed(
      range, first: ReadableNumber.measure(places.lowerBound),
      last: ReadableNumber.measure(places.upperBound)
    ) { $0.scattered(points, range, places) }
  }

  private func framed(
    _ range: ClosedRange<Double>, first: String, last: String, _ draw: (DotCanvas) -> [String]
  ) -> [String] {
    let labels = [
      ReadableNumber.measure(range.upperBound), ReadableNumber.measure(range.lowerBound),
    ]
    let margin = labels.reduce(0) { max($0, DisplayWidth.of($1)) }
    let rows = draw(DotCanvas(width: max(1, width - margin - 2), height: height))
    var lines = rows.enumerated().map { index, row in
      let label = index == 0 ? labels[0] : index == rows.count - 1 ? labels[1] : ""
      let mark = label.isEmpty ? " │" : " ┤"
      return (label.paddedLeft(to: margin) + mark + row).trimmedRight
    }
    if !first.isEmpty || !last.isEmpty {
      let room = max(0, width - margin - 2 - DisplayWidth.of(first) - DisplayWidth.of(last))
      lines.append(
        String(repeating: " ", count: margin + 2) + first + String(repeating: " ", count: room)
          + last)
    }
    return lines
  }

  /// The latest values in one row of `width` cells.
  public static func sparkline(_ values: [Double], width: Int) -> String {
    let width = max(1, width)
    guard let range = range(values) else { return "" }
    let cells = min(width, max(1, (values.count + 1) / 2))
    return DotCanvas(width: cells, height: 1).plotted(values, range)[0]
  }

  private static func range(_ values: [Double]) -> ClosedRange<Double>? {
    let finite = values.filter(\.isFinite)
    guard let least = finite.min(), let greatest = finite.max() else { return nil }
    return least...greatest
  }
}

/// A grid of braille dots.
private struct DotCanvas {
  let width: Int
  let height: Int
  private var cells: [UInt8]

  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    cells = [UInt8](repeating: 0, count: width * height)
  }

  /// The rows of the picture, with the series stretched or averaged over its width.
  func plotted(_ values: [Double], _ range: ClosedRange<Double>) -> [String] {
    var canvas = self
    var previous: Int?
    for (x, value) in sampled(values).enumerated() {
      guard let value else {
        previous = nil
        continue
      }
      let y = level(value, range)
      canvas.drawColumn(x, from: y, toward: previous)
      previous = y
    }
    return canvas.rows
  }

  /// The rows of the picture, with a dot for each point.
  func scattered(
    _ points: [(Double, Double)], _ range: ClosedRange<Double>, _ places: ClosedRange<Double>
  ) -> [String] {
    var canvas = self
    let span = places.upperBound - places.lowerBound
    for (place, value) in points {
      let share = span > 0 ? (place - places.lowerBound) / span : 0.5
      canvas.set(Int((share * Double(2 * width - 1)).rounded()), level(value, range))
    }
    return canvas.rows
  }

  /// One value per column of dots; nil where there is none.
  private func sampled(_ values: [Double]) -> [Double?] {
    let columns = 2 * width
    return (0..<columns).map { column in
      let first = column * values.count / columns
      let last = max(first + 1, (column + 1) * values.count / columns)
      let finite = values[first..<last].filter(\.isFinite)
      return finite.isEmpty ? nil : finite.reduce(0, +) / Double(finite.count)
    }
  }

  /// The row of dots of a value, 0 at the top; a constant lies in the middle.
  private func level(_ value: Double, _ range: ClosedRange<Double>) -> Int {
    let dots = 4 * height
    let span = range.upperBound - range.lowerBound
    guard span > 0 else { return dots / 2 }
    return Int(((range.upperBound - value) / span * Double(dots - 1)).rounded())
  }

  /// A dot, and those that join it to the one before.
  private mutating func drawColumn(_ x: Int, from y: Int, toward previous: Int?) {
    let start = previous.map { $0 < y ? $0 + 1 : $0 > y ? $0 - 1 : y } ?? y
    for row in min(start, y)...max(start, y) { set(x, row) }
  }

  private mutating func set(_ x: Int, _ y: Int) {
    let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
    cells[(y / 4) * width + x / 2] |= bits[y % 4][x % 2]
  }

  private var rows: [String] {
    (0..<height).map { row in
      let scalars = cells[row * width..<(row + 1) * width].compactMap {
        Unicode.Scalar(0x2800 + UInt32($0))
      }
      return String(String.UnicodeScalarView(scalars))
    }
  }
}
