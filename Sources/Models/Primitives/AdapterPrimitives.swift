import Formats
import Foundation
import Tensors
import Vocabulary

/// An adapter before it is attached: how to make one, or a folder that holds one.
public enum UnattachedAdapter: OpaqueValue, RecipeValue {
  case fresh(LoRASettings)
  /// Not a correction of matrices, but something more that the model says.
  case head(RewardHeadSettings)
  case saved(AdapterFolder, path: String)

  public static let typeName = "Adapter"

  fileprivate var isHead: Bool {
    if case .head = self { true } else { false }
  }

  public var recipeType: RecipeType {
    switch self {
    case .fresh: .opaque(Self.typeName, [])
    case .saved(let folder, _): Self.type(ofSaved: folder)
    case .head(let settings): .opaque(Self.typeName, [RewardHead.row(settings.names)])
    }
  }

  /// An adapter may bring the head that was trained with it.
  static func type(ofSaved folder: AdapterFolder) -> RecipeType {
    let row = folder.outputs.map { RewardHead.row($0) }
    return .opaque(typeName, row.map { [ModelKind.adapted, $0] } ?? [])
  }

  public var canonical: String {
    switch self {
    case .fresh(let settings): settings.canonical
    case .head(let settings): settings.canonical
    case .saved(_, let path): path
    }
  }

  public var display: Display {
    switch self {
    case .fresh(let settings): .text(settings.summary)
    case .head(let settings): .text(settings.summary)
    case .saved(let folder, let path):
      .text(
        "LoRA rank \(folder.settings.rank) on \(folder.modules.count) matrices, from \(path)"
          + folder.baseSummary)
    }
  }
}

extension AdapterFolder {
  fileprivate var baseSummary: String {
    let formats = trainedOver.map(\.rawValue).joined(separator: ", ")
    return formats.isEmpty ? "" : ", trained over \(formats) weights"
  }
}

// As Swift shows a struct by reflection, which takes longer than all else that a check does with
// an adapter.

extension LoRASettings {
  package var canonical: String {
    "LoRASettings(rank: \(rank), alpha: \(alpha), dropout: \(dropout), targets: \(targets), "
      + "isRankStabilised: \(isRankStabilised), isDecomposed: \(isDecomposed))"
  }
}

extension RewardHeadSettings {
  package var canonical: String { "RewardHeadSettings(names: \(names), hasBias: \(hasBias))" }
}

extension LoRASettings {
  fileprivate var summary: String {
    let places = targets.isEmpty ? "all-linear" : targets.joined(separator: ", ")
    return "LoRA rank \(rank), alpha \(alpha) on \(places)"
  }
}

extension Vocabulary.Primitive {
  public static let adapterPrimitives: [Vocabulary.Primitive] = [
    lora, adapter, rewardHead, attach, merge, quantize,
  ]

  public static let lora = Vocabulary.Primitive(
    "lora", "A low-rank adapter: W + scale · B A, where only A and B are trained.", in: .adapters,
    examples: [#"lora(rank: 8, targets: "attention")"#, #"lora(targets: ["q_proj", "v_proj"])"#],
    Parameter("rank", "The rows of A: how much the adapter can say.", default: 16, .atLeast(1)),
    Parameter<Double?>(
      "alpha", "The scale is alpha / rank; twice the rank when left out.",
      Rule("above 0") { $0.map { $0 > 0 } ?? true }),
    Parameter(
      "dropout", "The share of inputs to A that is dropped while training.", default: Ratio(0),
      .share(0...0.99)),
    .targets,
    Parameter(
      "rank_stabilised", "Scale by alpha / √rank instead, so that large ranks learn as fast.",
      default: false),
    Parameter(
      "dora", "Learn the length of each row of a matrix apart from its direction (DoRA).",
      default: false)
  ) { _, rank, alpha, dropout, targets, isRankStabilised, isDecomposed in
    UnattachedAdapter.fresh(
      LoRASettings(
        rank: rank, alpha: alpha ?? Double(2 * rank), dropout: dropout.share,
        targets: targets.names, isRankStabilised: isRankStabilised,
        isDecomposed: isDecomposed))
  }

  public static let adapter = Vocabulary.Primitive(
    "adapter", "A LoRA adapter from the folder that PEFT, or `save`, keeps it in.", in: .adapters,
    cost: .light, effects: .reads,
    typing: .derived { call in
      try call.looking(at: "path") {
        UnattachedAdapter.type(ofSaved: try AdapterFolder(opening: $0))
      }
        ?? UnattachedAdapter.recipeType
    },
    Parameter<RecipePath>.subject("path", "The folder with adapter_config.json.")
  ) { context, path in
    UnattachedAdapter.saved(
      try AdapterFolder(opening: context.resolve(path.text)), path: path.text)
  }

  public static let attach = Vocabulary.Primitive(
    "attach",
    "The model wearing an adapter, or a reward head, which training then changes.", in: .adapters,
    cost: .light, typing: .derived(attachedType), outline: attachedOutline,
    examples: [
      "\(tinyModel) |> attach(lora(rank: 2), seed: 1)", "\(tinyModel) |> attach(reward_head())",
    ],
    Parameter<LanguageModel>.subject("model", "The model."),
    Parameter<UnattachedAdapter>.subject(
      "adapter", "What it wears, by `lora`, `adapter` or `reward_head`."),
    Parameter(
      "seed", "Another seed, another A, B starting at zero; or another head.", default: 0,
      .atLeast(0)),
    Parameter(
      "stack", "Whether it goes on top of an adapter that the model wears.", default: false)
  ) { _, model, adapter, seed, stacks in
    guard adapter.isHead || stacks || model.adapters.isEmpty else {
      throw ModelError(
        model: model.name, problem: Stacking.problem, advice: Stacking.advice)
    }
    return switch adapter {
    case .head(let settings): try model.attaching(settings, seed: UInt64(seed))
    case .fresh(let settings): try model.attaching(settings, seed: UInt64(seed))
    case .saved(let folder, _): try model.wearing(folder)
    }
  }

  public static let merge = Vocabulary.Primitive(
    "merge", "The model with what its adapters add moved into its weights.", in: .adapters,
    cost: .light,
    typing: .derived { call in
      var kind = call.model("model")
      kind.isAdapted = false
      return kind.type
    }, outline: { $0.modelOutline("model")?.changed { $0.plannedMerge } },
    examples: ["\(tinyModel) |> attach(lora(rank: 2)) |> merge()"],
    Parameter<LanguageModel>.subject("model", "A model that wears adapters."),
    Parameter<LanguageModel?>(
      "into",
      "The model before `quantize`, to take the weights from; without, what was trained stays exact."
    )
  ) { _, model, original in
    try model.merged(into: original)
  }
}

/// What to say to someone who attaches an adapter to a model that wears one.
private enum Stacking {
  static let problem = "already wears an adapter"
  static let advice =
    "Say which is meant: attach(…, stack: true) puts the new one on top, and the first stays as it "
    + "is; merge() before attach moves the first into the weights; train without attach goes on "
    + "with the first. In each case what it has learnt is part of the reference of dpo and the like."
}

extension Vocabulary.Primitive {
  @Sendable fileprivate static func attachedOutline(_ call: CallSite) throws -> (any Outline)? {
    let adapter = call.value("adapter").flatMap { try? UnattachedAdapter(recipeValue: $0) }
    let outline = call.modelOutline("model")
    if case .fresh(let settings)? = adapter {
      try outline?.checkTargets(settings.targets, at: "adapter")
    }
    return outline?.changed { model in
      guard let adapter else { return nil }
      return switch adapter {
      case .fresh(let settings): try? model.planned(wearing: settings)
      case .head(let settings): try? model.attaching(settings, seed: 0)
      case .saved: nil
      }
    }
  }

  @Sendable fileprivate static func attachedType(_ call: CallSite) throws -> RecipeType {
    var kind = call.model("model")
    if case .opaque(UnattachedAdapter.typeName, let arguments) = call.type("adapter"),
      let row = arguments.last
    {
      kind.isAdapted = kind.isAdapted || arguments.contains(ModelKind.adapted)
      return try kind.wearing(row)
    }
    guard kind.isAdapted, case .bool(false)? = call.value("stack") else {
      kind.isAdapted = true
      return kind.type
    }
    throw Complaints(
      Complaint(
        .doesNotFit, at: "adapter", "the model \(Stacking.problem)", label: "this is one more",
        notes: [Stacking.advice]))
  }
}
