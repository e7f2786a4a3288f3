import Foundation
import Tensors

/// Writes weights as safetensors, byte for byte as the reference implementation orders them.
public enum SafetensorsWriter {
  /// Writes one file: wide numbers before narrow ones so that all are aligned, then by name.
  public static func write(
    _ weights: [String: Weight], to url: URL, metadata: [String: String] = ["format": "pt"]
  ) throws {
    let path = url.path(percentEncoded: false)
    let ordered = try order(weights, path: path)
    try AtomicFile.write(to: url) { file in
      let text = header(of: ordered, metadata: metadata)
      try file.append(UInt64(text.utf8.count))
      try file.append(text.utf8)
      for tensor in ordered { try file.append(tensor.weight) }
    }
  }

  private struct Tensor {
    let name: String
    let type: SafetensorsType
    let weight: Weight
  }

  private static func order(_ weights: [String: Weight], path: String) throws -> [Tensor] {
    try weights.map { name, weight in
      guard let type = SafetensorsType(weight.type) else {
        throw FormatError(
          path: path, place: "tensor \(name)",
          problem: "is \(weight.type.rawValue), which safetensors cannot hold",
          advice: "Convert it to f32, f16 or bf16 first, or write GGUF.")
      }
      return Tensor(name: name, type: type, weight: weight)
    }.sorted { (-$0.type.bytes, $0.type.order, $0.name) < (-$1.type.bytes, $1.type.order, $1.name) }
  }

  private static func header(of tensors: [Tensor], metadata: [String: String]) -> String {
    var header = JSONObject()
    if !metadata.isEmpty {
      let sorted = metadata.sorted { $0.key < $1.key }
      header["__metadata__"] = .object(JSONObject(sorted.map { ($0.key, .string($0.value)) }))
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.weight.byteCount
      header[tensor.name] = [
        "dtype": .string(tensor.type.rawValue),
        "shape": .array(tensor.weight.shape.map(JSONValue.integer)),
        "data_offsets": [.integer(offset), .integer(end)],
      ]
      offset = end
    }
    let text = JSONValue.object(header).compact
    return text + String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
  }
}

extension SafetensorsType {
  /// The format that holds a weight as it is; nil for blocks.
  init?(_ type: ElementType) {
    switch type {
    case .f32: self = .f32
    case .f16: self = .f16
    case .bf16: self = .bf16
    case .i32: self = .i32
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .nf4:
      return nil
    }
  }

  /// Among numbers of the same width, the reference puts floats first, and bf16 before f16.
  fileprivate var order: Int {
    switch self {
    case .f64, .f32, .bf16: 0
    case .f16, .i64, .i32: 1
    case .u64, .u32, .u16, .i16, .i8, .u8, .boolean, .f8e4m3, .f8e5m2: 2
    }
  }
}
