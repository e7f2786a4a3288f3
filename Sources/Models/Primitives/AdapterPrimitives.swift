import Formats
import Foundation
import Vocabulary

/// An adapter before it is attached: how to make one, or a folder that holds one.
public enum UnattachedAdapter: OpaqueValue, RecipeValue {
  case fresh(LoRASettings)
  case saved(AdapterFolder, path: String)

  public static let typeName = "Adapter"

  public var canonical: String {
    switch self {
    case .fresh(let settings): "\(settings)"
    case .saved(_, let path): path
    }
  }

  public var display: Display {
    switch self {
    case .fresh(let settings): .text(settings.summary)
    case .saved(let folder, let path):
      .text("LoRA rank \(folder.settings.rank) on \(folder.modules.count) matrices, from \(path)")
    }
  }
}

extension LoRASettings {
  fileprivate var summary: String {
    let places = targets.isEmpty ? "all-linear" : targets.joined(separator: ", ")
    return "LoRA rank \(rank), alpha \(alpha) on \(places)"
  }
}

/// Groups of matrices that an adapter may go to.
public enum AdapterTargets: String, RecipeChoice {
  case attention
  case allLinear = "all-linear"
}

extension Vocabulary.Primitive {
  public static let adapterPrimitives: [Self] = [lora, adapter, attach, merge]

  public static let lora = Self(
    "lora", "A low-rank adapter: W + scale · B A, where only A and B are trained.", in: .adapters,
    examples: [#"lora(rank: 8, targets: "attention")"#, #"lora(targets: ["q_proj", "v_proj"])"#],
    Parameter("rank", "The rows of A: how much the adapter can say.", default: 16, .atLeast(1)),
    Parameter<Double?>(
      "alpha", "The scale is alpha / rank; twice the rank when left out.",
      Rule("above 0") { $0.map { $0 > 0 } ?? true }),
    Parameter(
      "dropout", "The share of inputs to A that is dropped while training.", default: Ratio(0),
      .share(0...0.99)),
    Parameter<Either<AdapterTargets, [String]>>(
      "targets", "Which matrices: a group, or last parts of their names.",
      default: .first(.allLinear)),
    Parameter(
      "rank_stabilised", "Scale by alpha / √rank instead, so that large ranks learn as fast.",
      default: false)
  ) { _, rank, alpha, dropout, targets, isRankStabilised in
    UnattachedAdapter.fresh(
      LoRASettings(
        rank: rank, alpha: alpha ?? Double(2 * rank), dropout: dropout.share,
        targets: targets.names, isRankStabilised: isRankStabilised))
  }

  public static let adapter = Self(
    "adapter", "A LoRA adapter from the folder that PEFT, or `save`, keeps it in.", in: .adapters,
    cost: .light, effects: .reads,
    typing: .opening("path", as: UnattachedAdapter.recipeType) {
      _ = try AdapterFolder(opening: $0)
    },
    Parameter<RecipePath>.subject("path", "The folder with adapter_config.json.")
  ) { context, path in
    UnattachedAdapter.saved(
      try AdapterFolder(opening: context.resolve(path.text)), path: path.text)
  }

  public static let attach = Self(
    "attach", "The model wearing one more adapter, which training then changes.", in: .adapters,
    cost: .light,
    outline: { $0.model("model") }, examples: ["\(tinyModel) |> attach(lora(rank: 2), seed: 1)"],
    Parameter<LanguageModel>.subject("model", "The model."),
    Parameter<UnattachedAdapter>.subject("adapter", "The adapter, by `lora` or `adapter`."),
    Parameter("seed", "Another seed, another A; B starts at zero.", default: 0, .atLeast(0))
  ) { _, model, adapter, seed in
    switch adapter {
    case .fresh(let settings): try model.attaching(settings, seed: UInt64(seed))
    case .saved(let folder, _): try model.wearing(folder)
    }
  }

  public static let merge = Self(
    "merge", "The model with what its adapters add moved into its weights.", in: .adapters,
    cost: .light,
    outline: { $0.model("model") }, examples: ["\(tinyModel) |> attach(lora(rank: 2)) |> merge()"],
    Parameter<LanguageModel>.subject("model", "A model that wears adapters.")
  ) { _, model in
    try model.merged()
  }
}

extension Either<AdapterTargets, [String]> {
  fileprivate var names: [String] {
    switch self {
    case .first(let group): [group.rawValue]
    case .second(let names): names
    }
  }
}
