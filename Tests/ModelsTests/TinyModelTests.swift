import Formats
import Models
import Tensors
import Testing

@Suite("Tiny models whose weights a formula gives")
struct TinyModelTests {
  @Test("Logits agree with those computed in float64", arguments: Tiny.names)
  func logitsAgree(_ name: String) throws {
    let vector = try golden("tiny.json")[name] ?? .null
    let rows = try logits(try Tiny.model(name), vector["ids"].ids)
    #expect(rows.count == 6)
    for (row, expected) in zip(rows, vector["logits"].list) {
      #expect(distance(row, expected.elements.map { $0.compactMap(\.double) } ?? []) < 1e-5)
    }
  }

  @Test("Loss and the gradient norm of each tensor agree", arguments: Tiny.names)
  func gradientsAgree(_ name: String) throws {
    let vector = try golden("tiny.json")[name] ?? .null
    let run = try LossRun(try Tiny.model(name), Batch([whole(vector["ids"].ids)]))
    #expect(relative(run.loss, vector["loss"].double) < 1e-5)
    #expect(relative(run.norm, vector["total_grad_norm"].double) < 1e-5)
    let norms = vector["grad_norms"].pairs
    #expect(norms.count == run.gradients.count)
    for (tensor, norm) in norms {
      let short = tensor.hasPrefix("transformer.") ? String(tensor.dropFirst(12)) : tensor
      #expect(relative(run.norm(short), norm) < 2e-5, "\(tensor)")
    }
  }

  @Test("A module with LoRA gives the output and the gradients of the formula")
  func loraModule() throws {
    let vector = try golden("tiny.json")["lora"] ?? .null
    func matrix(_ value: JSONValue?) -> [Float] {
      value.list.flatMap { Optional($0).doubles.map { Float($0) } }
    }
    let inputs = vector["inputs"] ?? .null
    let adapter = Adapter(
      settings: LoRASettings(rank: 1, alpha: inputs["alpha"].double),
      factors: [
        "m": .init(
          a: Weight(shape: [1, 3], floats: matrix(inputs["A"])),
          b: Weight(shape: [2, 1], floats: matrix(inputs["B"])))
      ])
    let graph = Graph()
    let scope = Scope(graph, Scope.Outfit(adapters: [adapter], trainedAdapter: 0))
    let x = graph.input("x", .f32, [.tokens, .fixed(3)])
    let y = scope.linear("m", x, from: 3, to: 2)
    let loss = sum(y * graph.input("upstream", .f32, [.tokens, .fixed(2)]))
    let effects = graph.gradients(of: loss)
    let plan = try Plan(graph, outputs: [y, loss], effects: effects, bounds: [.tokens: 2])
    let execution = try Execution(
      plan,
      weights: [
        "m.weight": Weight(shape: [2, 3], floats: matrix(inputs["W"])),
        "adapter.0.m.lora_A": Weight(shape: [1, 3], floats: matrix(inputs["A"])),
        "adapter.0.m.lora_B": Weight(shape: [2, 1], floats: matrix(inputs["B"])),
      ], pool: WorkerPool(count: 1))
    try execution.run(
      inputs: [
        "x": .floats(matrix(inputs["x"])), "upstream": .floats(matrix(inputs["upstream"])),
      ], lengths: [.tokens: 2])
    #expect(distance(execution.read(y), matrix(vector["expected"]?["y"])) < 1e-5)
    let a = execution.gradient(of: "adapter.0.m.lora_A")?.floats() ?? []
    let b = execution.gradient(of: "adapter.0.m.lora_B")?.floats() ?? []
    #expect(distance(a, matrix(vector["grad_A"])) < 1e-5)
    #expect(distance(b, matrix(vector["grad_B"])) < 1e-5)
  }
}
