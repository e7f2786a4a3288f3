import Foundation
import TestSupport

/// Numbers without order between -1 and 1, the same on every machine.
struct Noise {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) / Float(1 << 31)
  }

  mutating func floats(_ count: Int, times scale: Float = 1) -> [Float] {
    (0..<count).map { _ in next() * scale }
  }
}

/// The largest distance between two lists of numbers; infinite where their lengths differ.
func distance(_ a: [Float], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).map { $0.isNaN ? .infinity : abs(Double($0) - $1) }.max() ?? 0
}

func distance(_ a: [Float], _ b: [Float]) -> Double { distance(a, b.map(Double.init)) }

/// One of the published test vectors.
struct Vector {
  let inputs: [String: Any]
  let expected: [String: Any]
  let all: [String: Any]

  static let isAvailable = SharedFiles.file("reference/vectors.json") != nil

  init(_ id: String) throws {
    guard let url = SharedFiles.file("reference/vectors.json"),
      let root = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any],
      let vectors = root["vectors"] as? [[String: Any]],
      let found = vectors.first(where: { $0["id"] as? String == id })
    else { throw CocoaError(.fileReadCorruptFile) }
    all = found
    inputs = found["inputs"] as? [String: Any] ?? [:]
    expected = found["expected"] as? [String: Any] ?? [:]
  }

  /// All numbers under a value, in order, however deep the lists.
  static func numbers(_ value: Any?) -> [Double] {
    if let list = value as? [Any] { return list.flatMap { numbers($0) } }
    return (value as? NSNumber).map { [$0.doubleValue] } ?? []
  }
}
