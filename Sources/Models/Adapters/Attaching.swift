import Formats
import Tensors

extension LanguageModel {
  /// The model with a fresh adapter: A uniform in ±1/√in (Kaiming with a = √5), B zero, so that
  /// nothing changes before the first step.
  public func attaching(_ settings: LoRASettings, seed: UInt64) throws -> LanguageModel {
    var model = self
    model.adapters.append(try freshAdapter(settings, seed: seed))
    return model
  }

  private func freshAdapter(_ settings: LoRASettings, seed: UInt64) throws -> Adapter {
    let modules = try modules(named: settings.targets)
    let place = UInt32(adapters.count)
    var factors: [String: AdapterFolder.Factors] = [:]
    for module in modules {
      let random = Random(
        seed: seed, purpose: .initialization,
        stream: Adapter.stream(of: module.name) &+ place)
      factors[module.name] = AdapterFolder.Factors(
        a: random.uniformWeight(
          shape: [settings.rank, module.inputs], bound: 1 / Double(module.inputs).squareRoot()),
        b: Weight(
          shape: [module.outputs, settings.rank],
          floats: [Float](repeating: 0, count: module.outputs * settings.rank)),
        magnitude: settings.isDecomposed ? weights["\(module.name).weight"]?.rowNorms : nil)
    }
    return Adapter(settings: settings, factors: factors)
  }

  /// The model wearing an adapter of such a shape, without its numbers.
  func planned(wearing settings: LoRASettings) throws -> LanguageModel {
    var model = self
    let factors = try modules(named: settings.targets).map { module in
      (
        module.name,
        AdapterFolder.Factors(
          a: Weight(planned: [settings.rank, module.inputs]),
          b: Weight(planned: [module.outputs, settings.rank]),
          magnitude: settings.isDecomposed ? Weight(planned: [module.outputs]) : nil)
      )
    }
    model.adapters.append(
      Adapter(settings: settings, factors: Dictionary(factors) { $1 }))
    return model
  }

  /// The model with weights replaced by their names as parameters of a graph.
  public func replacing(_ parameters: [String: Weight]) -> LanguageModel {
    var model = self
    for (name, weight) in parameters where model.weights[name] != nil {
      model.weights[name] = weight
      model.origin = .made
    }
    for place in adapters.indices {
      for module in adapters[place].factors.keys {
        let a = parameters[Adapter.parameterName(module, .a, place: place)]
        let b = parameters[Adapter.parameterName(module, .b, place: place)]
        if let a { model.adapters[place].factors[module]?.a = a }
        if let b { model.adapters[place].factors[module]?.b = b }
        let magnitude = Adapter.parameterName(module, .magnitude, place: place)
        if let new = parameters[magnitude] {
          model.adapters[place].factors[module]?.magnitude = new
        }
      }
    }
    if let weight = parameters[RewardHead.weightName] { model.head?.weight = weight }
    if let bias = parameters[RewardHead.biasName] { model.head?.bias = bias }
    return model
  }

  /// One model whose weights hold what its adapters add: `W + scale · B A`, in float32; rows of DoRA
  /// then get the lengths that were learnt.
  ///
  /// - Parameter original: whose weights are taken for W, where this model's are packed copies of
  ///   them; nil keeps exactly the function that was trained.
  public func merged(into original: LanguageModel? = nil) throws -> LanguageModel {
    var model = self
    model.adapters = []
    model.origin = .made
    if let original { model.weights = try checked(original).weights }
    for module in architecture.modules {
      let name = "\(module.name).weight"
      let pairs = adapters.compactMap { adapter in
        adapter.factors[module.name].map { ($0, Float(adapter.settings.scale)) }
      }
      guard !pairs.isEmpty, let weight = model.weights[name] else { continue }
      model.weights[name] = pairs.reduce(weight.inFull) { sum, pair in
        sum.adding(pair.0.change(of: weight, scale: pair.1))
      }
    }
    return model
  }
}

extension LanguageModel {
  /// A model that has the same weights, but in what format they may be.
  private func checked(_ original: LanguageModel) throws -> LanguageModel {
    let other = weights.keys.sorted().first { original.weights[$0]?.shape != weights[$0]?.shape }
    guard other == nil, original.adapters.isEmpty else {
      throw ModelError(
        model: original.name,
        problem: other.map { "has another `\($0)` than \(name), or none" }
          ?? "wears adapters itself",
        advice: "Give the model that was quantised, as it was before.")
    }
    return original
  }
}

extension AdapterFolder.Factors {
  /// A matrix with what the adapter adds, in float32.
  public func merged(into weight: Weight, scale: Float) -> Weight {
    weight.inFull.adding(change(of: weight, scale: scale))
  }

  /// What the adapter adds to a matrix [out, in]: `scale · B A`, or with a magnitude m
  /// `m / ‖V‖ V - W`, row by row, with `V = W + scale · B A`.
  fileprivate func change(of weight: Weight, scale: Float) -> [Double] {
    let product = product(scale: scale, inputs: weight.shape[1])
    guard let magnitude else { return product }
    let own = weight.floats().map(Double.init), inputs = weight.shape[1]
    let directed = zip(own, product).map { $0 + $1 }
    let norms = Weight(shape: weight.shape, floats: directed.map(Float.init)).rowNorms.floats()
    let lengths = magnitude.floats()
    return own.indices.map { place in
      let row = place / inputs
      return Double(lengths[row] / norms[row]) * directed[place] - own[place]
    }
  }

  /// Added up as doubles: a merged weight is rounded once.
  private func product(scale: Float, inputs: Int) -> [Double] {
    let (down, up, rank) = (a.floats(), b.floats(), a.shape[0])
    var sum = [Double](repeating: 0, count: b.shape[0] * inputs)
    for row in 0..<b.shape[0] {
      for k in 0..<rank {
        let factor = Double(scale * up[row * rank + k])
        guard factor != 0 else { continue }
        for column in 0..<inputs {
          sum[row * inputs + column] += factor * Double(down[k * inputs + column])
        }
      }
    }
    return sum
  }
}

extension Weight {
  fileprivate var inFull: Weight { Weight(shape: shape, floats: floats()) }

  fileprivate func adding(_ change: [Double]) -> Weight {
    Weight(shape: shape, floats: zip(floats(), change).map { Float(Double($0) + $1) })
  }

  /// The length of each row of a matrix [out].
  var rowNorms: Weight {
    let (numbers, width) = (floats(), shape[1])
    let norms = (0..<shape[0]).map { row -> Float in
      var sum = 0.0
      for place in row * width..<(row + 1) * width {
        sum += Double(numbers[place]) * Double(numbers[place])
      }
      return Float(sum.squareRoot())
    }
    return Weight(shape: [shape[0]], floats: norms)
  }
}
