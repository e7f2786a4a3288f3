import Formats
import Foundation
import Tensors

/// Runs a test in a new folder, which is deleted afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "roux-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// What opening said, or nil where it succeeded.
func complaint(_ body: () throws -> Void) -> String? {
  do { try body() } catch { return "\(error)" }
  return nil
}

/// The bytes of a safetensors file with this header and data.
func safetensors(_ header: String, data: [UInt8], claimed: UInt64? = nil) -> Data {
  var bytes = Data()
  withUnsafeBytes(of: (claimed ?? UInt64(header.utf8.count)).littleEndian) {
    bytes.append(contentsOf: $0)
  }
  return bytes + Data(header.utf8) + Data(data)
}

/// Numbers that differ from each other and are exact in every format of 16 bits.
func ramp(_ shape: [Int]) -> Weight {
  let count = shape.reduce(1, *)
  return Weight(shape: shape, floats: (0..<count).map { Float($0 % 251 - 125) / 8 })
}

/// Random numbers that are the same on every run.
struct FixedRandom: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    // SplitMix64.
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension Weight {
  /// The bytes, for comparison.
  var contents: [UInt8] { withExtendedLifetime(storage) { [UInt8](bytes) } }
}
