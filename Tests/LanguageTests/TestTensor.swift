import Vocabulary

/// Numbers inside a loss: one number and the text of how it was computed.
struct TestTensor: OpaqueValue, RecipeValue {
  static let typeName = "Batch"
  var number: Double
  var text: String
  var canonical: String { text }

  func member(_ name: String) throws -> Value? {
    .opaque(TestTensor(number: number, text: "\(text).\(name)"))
  }

  func applying(_ operation: Operation, to other: Value?, side: Side) throws -> Value? {
    guard let other else { return .opaque(TestTensor(number: -number, text: "(-\(text))")) }
    let second: TestTensor
    switch other {
    case .opaque(let tensor as TestTensor): second = tensor
    case .float(let value): second = TestTensor(number: value, text: "\(value)")
    case .int(let value): second = TestTensor(number: Double(value), text: "\(value)")
    default: return nil
    }
    let (a, b) = side == .left ? (self, second) : (second, self)
    let text = "(\(a.text) \(operation.rawValue) \(b.text))"
    switch operation {
    case .add: return .opaque(TestTensor(number: a.number + b.number, text: text))
    case .subtract: return .opaque(TestTensor(number: a.number - b.number, text: text))
    case .multiply: return .opaque(TestTensor(number: a.number * b.number, text: text))
    default: return nil
    }
  }
}
