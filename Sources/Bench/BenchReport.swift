import Formats
import Foundation

/// The rows of a run of the benchmarks as text and as JSON.
public struct BenchReport: Sendable {
  public let rows: [BenchRow]

  public init(rows: [BenchRow]) { self.rows = rows }

  public static let heading =
    "name".padded(26) + "per second".padded(22, right: true) + "seconds".padded(12, right: true)
    + "±".padded(9, right: true) + "of sgemm".padded(10, right: true)
    + "peak MiB".padded(10, right: true) + "planned".padded(9, right: true)

  /// One row under the heading.
  public static func line(_ row: BenchRow) -> String {
    row.name.padded(26) + rate(row).padded(22, right: true)
      + figure(row.timing.median, 5).padded(12, right: true)
      + figure(row.timing.deviation, 5).padded(9, right: true)
      + (row.shareOfSgemm.map { figure($0 * 100, 1) + " %" } ?? "").padded(10, right: true)
      + (row.peakBytes.map(mebibytes) ?? "").padded(10, right: true)
      + (row.plannedBytes.map(mebibytes) ?? "").padded(9, right: true)
      + (row.note.isEmpty ? "" : "  \(row.note)")
  }

  private static func rate(_ row: BenchRow) -> String {
    switch row.unit {
    case .tokens: figure(row.rate, 1) + " tokens"
    case .steps: figure(row.rate, 2) + " steps"
    case .pairs: figure(row.rate, 3) + " pairs"
    case .lines: figure(row.rate, 0) + " lines"
    case .loads: figure(row.rate, 2) + " loads"
    case .bytes: figure(row.rate / 1e6, 2) + " MB"
    case .flops: figure(row.rate / 1e9, 1) + " GFLOP"
    }
  }

  private static func mebibytes(_ bytes: Int) -> String { "\(bytes >> 20)" }

  static func figure(_ value: Double, _ places: Int) -> String {
    String(format: "%.\(places)f", value)
  }

  /// A list of objects, one per row.
  public var json: String { JSONValue.array(rows.map(Self.object)).pretty }

  private static func object(_ row: BenchRow) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("name", .string(row.name)), ("\(row.unit.rawValue)_per_second", .number(row.rate)),
      ("seconds", .number(row.timing.median)), ("deviation", .number(row.timing.deviation)),
      ("runs", .integer(row.timing.seconds.count)),
    ]
    if let share = row.shareOfSgemm { members.append(("share_of_sgemm", .number(share))) }
    if let share = row.shareOfBandwidth { members.append(("share_of_bandwidth", .number(share))) }
    if let bytes = row.peakBytes { members.append(("peak_bytes", .integer(bytes))) }
    if let bytes = row.plannedBytes { members.append(("planned_bytes", .integer(bytes))) }
    if !row.note.isEmpty { members.append(("note", .string(row.note))) }
    return .object(JSONObject(members))
  }
}

extension String {
  func padded(_ width: Int, right: Bool = false) -> String {
    let blank = String(repeating: " ", count: max(1, width - count))
    return right ? blank + self : self + blank
  }
}
