import Formats
import Foundation
import Models
import Tensors
import Testing

/// Adapters that learn the length of rows apart from their direction, as PEFT has them.
@Suite struct DoRATests {
  private struct Layer {
    let golden: JSONValue

    func weight(_ key: String) -> Weight {
      Weight(shape: golden[key]?["shape"].ints ?? [], floats: numbers(key))
    }
    func numbers(_ key: String) -> [Float] {
      (golden[key]?["numbers"]).doubles.map { Float($0) }
    }

    var adapter: Adapter {
      Adapter(
        settings: LoRASettings(rank: 2, alpha: 6, isDecomposed: true),
        factors: ["lin": .init(a: weight("A"), b: weight("B"), magnitude: weight("m"))])
    }
  }

  @Test func `a layer and its gradients are those of PEFT`() throws {
    let layer = Layer(golden: try golden("dora.json"))
    let graph = Graph()
    let x = graph.parameter("x", shape: [3, 7], trainable: true)
    let up = graph.parameter("up", shape: [3, 5], trainable: false)
    let scope = Scope(graph, Scope.Outfit(adapters: [layer.adapter], trainedAdapter: 0))
    let y = scope.linear("lin", x, from: 7, to: 5, bias: true)
    let effects = graph.gradients(of: sum(y * up))
    let plan = try Plan(graph, outputs: [y], effects: effects, bounds: [:])
    let names = [
      "A": "adapter.0.lin.lora_A", "B": "adapter.0.lin.lora_B",
      "m": "adapter.0.lin.lora_magnitude_vector",
    ]
    var weights = [
      "lin.weight": layer.weight("W"), "lin.bias": layer.weight("bias"), "x": layer.weight("x"),
      "up": layer.weight("up"),
    ]
    for (key, name) in names { weights[name] = layer.weight(key) }
    let execution = try Execution(plan, weights: weights, pool: WorkerPool(count: 2))
    try execution.run(inputs: [:], lengths: [:])
    #expect(distance(execution.read(y), layer.numbers("y")) < 1e-5)
    for (key, name) in names.merging(["x": "x"], uniquingKeysWith: { $1 }) {
      let found = try #require(execution.gradient(of: name)).numbers
      #expect(distance(found, layer.numbers("d\(key)")) < 2e-5, "d\(key)")
    }
  }

  @Test(arguments: Tiny.names) func `merged, saved and stored it is the same model`(
    _ name: String
  ) throws {
    try withFolder { folder in
      let base = folder.appending(path: "base")
      try Tiny.model(name).save(to: base, as: .folder())
      let plain = try LanguageModel(opening: base)
      var model = try plain.attaching(
        LoRASettings(rank: 2, alpha: 3, isDecomposed: true), seed: 5)
      let texts: [Example] = [whole([3, 1, 4, 1, 5]), whole([2, 7, 1])]
      func scored(_ model: LanguageModel) throws -> [Float] {
        try scores(model, texts).flatMap { $0.flatMap { $0 } }
      }
      // At first nothing has changed: B is zero and rows keep their lengths.
      #expect(distance(try scored(model), try scored(plain)) < 1e-5)
      for (name, pair) in model.adapters[0].factors {
        let wave = (0..<pair.b.count).map { 0.2 * Float(sin(Double($0))) }
        model.adapters[0].factors[name]?.b = Weight(shape: pair.b.shape, floats: wave)
        let lengths = try #require(pair.magnitude).floats().enumerated().map {
          $1 * (1 + 0.3 * Float(cos(Double($0))))
        }
        model.adapters[0].factors[name]?.magnitude = Weight(
          shape: [lengths.count], floats: lengths)
      }
      let expected = try scored(model)
      #expect(distance(expected, try scored(plain)) > 1e-3)
      #expect(distance(try scored(model.merged()), expected) < 1e-4)
      try model.save(to: folder.appending(path: "adapter"), as: .adapter)
      let opened = try LanguageModel(opening: folder.appending(path: "adapter"))
      #expect(opened.adapters.first?.settings.isDecomposed == true)
      #expect(try scored(opened) == expected)
      let stored = folder.appending(path: "stored")
      try FileManager.default.createDirectory(at: stored, withIntermediateDirectories: true)
      try model.write(to: stored)
      #expect(try scored(LanguageModel.read(from: stored)) == expected)
    }
  }

  @Test func `a merge is that of PEFT`() throws {
    let layer = Layer(golden: try golden("dora.json"))
    let merged = layer.adapter.factors["lin"]?.merged(
      into: layer.weight("W"), scale: Float(layer.adapter.settings.scale))
    #expect(distance(merged?.floats() ?? [], layer.numbers("merged")) < 1e-5)
  }
}
