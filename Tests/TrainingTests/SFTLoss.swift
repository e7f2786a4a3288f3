import Formats
import Foundation
import Models
import Tensors
import Training
import Vocabulary

/// `mean(-b.logp, over: b.mask)`, as stdlib/losses.recipe has it, without the language.
func sftLoss() -> Loss {
  let row = RecipeType.record([RecordField("prompt", .text), RecordField("response", .text)])
  return Loss(
    row: row,
    function: Function(canonical: "sft") { batch in
      guard case .opaque(let b) = batch, case .opaque(let logp)? = try b.member("logp") else {
        return .none
      }
      let mean = Primitive.lossFormulas.first { $0.name == "mean" }
      let negative = try logp.applying(.negate, to: nil, side: .left) ?? .none
      let mask = try b.member("mask") ?? .none
      return try mean?.run(
        Record([("x", negative), ("over", mask)]),
        in: RunContext(directory: .init(filePath: "/"))) ?? .none
    })
}

extension LanguageModel {
  /// The model with the adapter whose factors follow the formula of the fixtures; B is zero, as at
  /// the start, unless it stands for one that was trained.
  func withFormulaAdapter(_ settings: LoRASettings, trained: Bool = false) throws -> LanguageModel {
    var model = try attaching(settings, seed: 0)
    let names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    for (name, factors) in model.adapters[0].factors {
      let parts = name.split(separator: ".")
      let layer = Int(parts[2]) ?? 0
      let seed = Double(10 * layer + (names.firstIndex(of: String(parts[4])) ?? 0))
      func numbers(_ weight: Weight, _ function: (Double) -> Double) -> Weight {
        let columns = weight.shape[1]
        let numbers = (0..<weight.count).map { i -> Float in
          let place = 1 + 0.7 * Double(i / columns) + 0.013 * Double(i % columns) + 0.11 * seed
          return Float(0.05 * function(place))
        }
        return Weight(shape: weight.shape, floats: numbers)
      }
      model.adapters[0].factors[name]?.a = numbers(factors.a, sine)
      if trained { model.adapters[0].factors[name]?.b = numbers(factors.b, cosine) }
    }
    return model
  }
}
