import Foundation
import TestSupport
import Tensors
import Testing

/// The published test vectors that belong to the runtime, computed in 64 bits elsewhere.
@Suite(.enabled(if: Vectors.file != nil, "vectors.json is not at hand")) struct VectorTests {
  @Test func `norms`() throws {
    let rms = try Vectors.named("arch.rmsnorm"), layer = try Vectors.named("arch.layernorm")
    let y = try value(["x", "weight"], rms) {
      rmsNorm($0[0], gain: $0[1], epsilon: 1e-6)
    }
    #expect(agree(y, rms.expected("y"), within: 1e-6))
    let z = try value(["x", "weight", "bias"], layer) {
      layerNorm($0[0], gain: $0[1], bias: $0[2], epsilon: 1e-5)
    }
    #expect(agree(z, layer.expected("y"), within: 1e-6))
  }

  @Test func `activations`() throws {
    let vector = try Vectors.named("arch.activations")
    let formulas: [String: ([Tensor]) -> Tensor] = [
      "silu": { silu($0[0]) }, "gelu_erf": { gelu($0[0]) }, "gelu_tanh": { geluTanh($0[0]) },
    ]
    for (name, formula) in formulas {
      let y = try value(["x"], vector, formula)
      #expect(agree(y, vector.expected(name), within: 5e-7), "\(name): \(y)")
    }
  }

  @Test func `gated activation`() throws {
    let vector = try Vectors.named("arch.swiglu")
    let y = try value(["x", "gate", "up", "down"], vector) { p in
      linear(swiglu(gate: linear(p[0], p[1]), up: linear(p[0], p[2])), p[3])
    }
    #expect(agree(y, vector.expected("y"), within: 1e-6))
  }

  @Test func `low-rank adapters`() throws {
    let vector = try Vectors.named("lora.forward_backward")
    let names = ["x", "W", "A", "B", "upstream"]
    let run = vector.run(names)
    let found = try run { p in
      let y = linear(p[0], p[1]) + linear(linear(p[0], p[2]), p[3]) * 16
      return sum(y * p[4])
    }
    // The mask of a scalar is 0.3: undo it.
    let gradients = found.gradients.map { $0.map { Double($0) / Double(Float(0.3)) } }
    #expect(agree(gradients[0], vector.numbers("grad_x"), within: 1e-5))
    #expect(agree(gradients[2], vector.numbers("grad_A"), within: 1e-5))
    #expect(agree(gradients[3], vector.numbers("grad_B"), within: 1e-5))
    let y = try run { p in linear(p[0], p[1]) + linear(linear(p[0], p[2]), p[3]) * 16 }.value
    #expect(agree(y.map(Double.init), vector.expected("y"), within: 1e-6))
  }

  @Test func `log1mexp at its edges`() throws {
    let vector = try Vectors.named("asft.edge.log1mexp")
    let l = vector.input("l"), y = try value(["l"], vector) { log1mexp($0[0]) }
    let odds = try value(["l"], vector) { $0[0] - log1mexp($0[0]) }
    let ratio = try value(["l"], vector) { 1 / expm1(-$0[0]) }
    for (place, row) in vector.rows.enumerated() {
      // In 32 bits the argument itself is rounded: near 0 the result moves by as much, relatively.
      #expect(agree([y[place]], [row["log1mexp"] ?? .nan], within: 1e-6), "at \(l[place])")
      #expect(agree([odds[place]], [row["log_odds"] ?? .nan], within: 1e-6), "at \(l[place])")
      #expect(agree([ratio[place]], [row["p_over_1mp"] ?? .nan], within: 1e-6), "at \(l[place])")
    }
  }

  @Test func `three steps of AdamW`() throws {
    let vector = try Vectors.named("opt.adamw.3steps")
    let p = Weight(shape: [1], floats: [1]), pool = WorkerPool(count: 1)
    var adam = AdamW()
    for (gradient, step) in zip(vector.input("grads"), vector.steps) {
      let g = Weight(shape: [1], floats: [Float(gradient)])
      adam.update(
        [.init(name: "p", parameter: p, gradient: g, decay: 0.1)], rate: 0.01, pool: pool)
      guard case .full(let first, let second)? = adam.moments["p"] else {
        Issue.record("moments of one number are kept in full")
        return
      }
      let found = [p.numbers[0], first.numbers[0], second.numbers[0]]
      let expected = ["p", "m", "v"].map { step[$0] ?? .nan }
      for (a, b) in zip(found, expected) { #expect(abs(Double(a) - b) <= 1e-6 * abs(b)) }
      #expect(g.numbers == [0])
    }
  }

  @Test func `two steps of AdamW with moments of 8 bits`() throws {
    let vector = try Vectors.named("opt.adamw8bit.blockwise.2steps")
    let p = Weight(shape: [4], floats: vector.input("p0").map { Float($0) })
    let pool = WorkerPool(count: 1)
    var adam = AdamW(format: .packed(smallest: 1))
    let gradients = vector.inputRows("grads")
    for (gradient, step) in zip(gradients, vector.stepLists) {
      let g = Weight(shape: [4], floats: gradient.map { Float($0) })
      adam.update(
        [.init(name: "p", parameter: p, gradient: g, decay: 0.1)], rate: 0.01, pool: pool)
      guard case .packed(let first, let second)? = adam.moments["p"] else {
        Issue.record("moments are not packed")
        return
      }
      #expect(agree(p.numbers.map(Double.init), step["p"] ?? [], within: 1e-6))
      #expect(first.codes.bytes.prefix(4).map(Double.init) == step["codes_m"])
      #expect(second.codes.bytes.prefix(4).map(Double.init) == step["codes_v"])
      let scales = [first, second].map { Double($0.scales.numbers[0]) }
      let expected = ["absmax_m", "absmax_v"].map { step[$0]?.first ?? .nan }
      for (a, b) in zip(scales, expected) { #expect(abs(a - b) <= 1e-6 * b) }
    }
  }

  @Test func `clipping by the global norm`() throws {
    let vector = try Vectors.named("clip.global_norm")
    let gradients = [[3, 4], [12]].map { Weight(shape: [$0.count], floats: $0) }
    let norm = GradientNorm.of(gradients, pool: WorkerPool(count: 2))
    #expect(norm == 13)
    let scale = GradientNorm.scale(norm: norm, limit: 1)
    #expect(agree([Double(scale)], vector.expected("coef"), within: 1e-7))
  }

  private func value(
    _ names: [String], _ vector: Vectors.Vector, _ formula: ([Tensor]) -> Tensor
  ) throws -> [Double] {
    try vector.run(names)(formula).value.map(Double.init)
  }
}

/// The file of vectors, read once.
enum Vectors {
  static let file = SharedFiles.file("reference/vectors.json")

  struct Vector {
    let content: [String: Any]

    func numbers(_ key: String) -> [Double] { flat(content[key]) }
    func input(_ key: String) -> [Double] { flat((content["inputs"] as? [String: Any])?[key]) }
    func expected(_ key: String) -> [Double] { flat(part("expected")?[key]) }
    var rows: [[String: Double]] { part("expected")?["rows"] as? [[String: Double]] ?? [] }
    var steps: [[String: Double]] { part("expected")?["steps"] as? [[String: Double]] ?? [] }

    /// Steps whose entries are lists, or single numbers.
    var stepLists: [[String: [Double]]] {
      (part("expected")?["steps"] as? [[String: Any]] ?? []).map { $0.mapValues { flat($0) } }
    }

    func inputRows(_ key: String) -> [[Double]] {
      (part("inputs")?[key] as? [Any] ?? []).map { flat($0) }
    }

    private func part(_ key: String) -> [String: Any]? { content[key] as? [String: Any] }

    private func flat(_ value: Any?) -> [Double] {
      if let number = value as? Double { return [number] }
      return (value as? [Any] ?? []).flatMap { flat($0) }
    }

    /// The inputs as leaves; a plain list called `x` is one row of a matrix.
    func run(_ names: [String]) -> FormulaRun {
      let inputs = names.map { (part("inputs")?[$0] as? [Any]) ?? [] }
      let shapes = zip(names, inputs).map { name, value in
        if let first = value.first as? [Any] { return [value.count, first.count] }
        return name == "x" ? [1, value.count] : [value.count]
      }
      return FormulaRun(leaves: names.map { input($0).map { Float($0) } }, shapes: shapes)
    }
  }

  static func named(_ id: String) throws -> Vector {
    let data = try Data(contentsOf: #require(file))
    let root = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let all = try #require(root?["vectors"] as? [[String: Any]])
    return Vector(content: try #require(all.first { $0["id"] as? String == id }))
  }
}
