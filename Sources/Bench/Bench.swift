import Foundation
import Language
import Models
import Tensors
import Training
import Vocabulary

/// All measurements, by name.
public struct Bench {
  private let file: URL?
  private let lexicon: Lexicon
  private let threads: Int
  private let runs: Int
  /// Whether training rows are followed by their operations.
  let showsKernels: Bool
  private let memory: Int?
  private let preference: Preference?
  private let recipes: [URL]

  /// What preference training is measured with: the language makes the loss.
  public struct Preference: Sendable {
    let loss: Value
    let rival: Value
    let rows: URL?
    let pairs: Int

    /// - Parameters:
    ///   - loss: a loss that compares pairs with a reference.
    ///   - rival: what `loss` is timed in turn with.
    ///   - rows: HH-RLHF rows; nil makes pairs of random tokens.
    public init(loss: Value, rival: Value, rows: URL?, pairs: Int = 16) {
      self.loss = loss
      self.rival = rival
      self.rows = rows
      self.pairs = pairs
    }
  }

  /// - Parameters:
  ///   - lexicon: the words of the recipe whose check is timed.
  ///   - model: a file of SmolLM2-135M; without one, random numbers of the same shapes are used.
  ///   - runs: how many times each thing is timed; the median counts.
  ///   - memory: the budget of the plans of training steps.
  ///   - recipes: files that are checked besides the one made here.
  public init(
    lexicon: Lexicon, model: URL?, threads: Int? = nil, runs: Int = 5, showsKernels: Bool = false,
    memory: Int? = nil, preference: Preference? = nil, recipes: [URL] = []
  ) {
    self.lexicon = lexicon
    file = model
    self.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    self.runs = runs
    self.showsKernels = showsKernels
    self.memory = memory
    self.preference = preference
    self.recipes = recipes
  }

  /// The names of all measurements in the order they are taken.
  public static let names = [
    "check recipes", "sgemm", "load", "tokenize", "lora-sft 4x256", "lora-sft f32 4x256",
    "qlora-sft 4x256", "full-sft 4x256", "forward 4x256", "generate 1", "generate 8", "dpo pairs",
    "tiny 8x64", large, inTurn,
  ]

  /// Minutes of work: measured where the filter names it.
  private static let large = "qlora-sft 3B 1x128"
  /// Says something of a loss that `--loss` names.
  private static let inTurn = "losses in turn"
  private static let onlyWhenNamed: Set = [large, inTurn]

  /// The rows of the measurements whose name contains `filter`, each told as soon as it is there.
  public func run(filter: String?, _ tell: (BenchRow) -> Void) throws -> BenchReport {
    var rows: [BenchRow] = []
    for name in Self.names where isWanted(name, filter) {
      for row in try measure(name) {
        tell(row)
        rows.append(row)
      }
    }
    return BenchReport(rows: rows)
  }

  private func isWanted(_ name: String, _ filter: String?) -> Bool {
    guard let filter else { return !Self.onlyWhenNamed.contains(name) }
    return name.contains(filter) && (name != Self.large || filter.contains("3B"))
  }

  private func measure(_ name: String) throws -> [BenchRow] {
    switch name {
    case "check recipes": try checks()
    case "sgemm": [sgemm()]
    case "load": [try load()]
    case "tokenize": [try ofModel().tokenize()]
    case "lora-sft 4x256": try lora(name) { $0 }
    case "lora-sft f32 4x256": try lora(name) { try $0.quantized(as: .f32) }
    case "qlora-sft 4x256":
      try lora(name, optimizer: .adamW8bit) { try $0.quantized(as: .nf4) }
    case "full-sft 4x256": try full(name)
    case Self.large: try openLlama(name)
    case "forward 4x256": [try ofModel().forward()]
    case "generate 1": [try ofModel().generate(rows: 1)]
    case "generate 8": [try ofModel().generate(rows: 8)]
    case "dpo pairs": try pairs().map { try $0.measure(name) } ?? []
    case Self.inTurn: try losses(name)
    default: try tiny(name)
    }
  }

  private func checks() throws -> [BenchRow] {
    let bench = CheckBench(lexicon: lexicon, runs: runs * 10)
    return try [bench.thousandLines()] + recipes.map(bench.recipe)
  }

  private func ofModel() throws -> ModelBench {
    ModelBench(model: try BenchModel.smolLM2(file), threads: threads, runs: runs)
  }

  private func sgemm() -> BenchRow {
    var rate = SgemmRate(threads: threads)
    for _ in 0..<runs { _ = rate.measure() }
    let best = rate.best
    var row = BenchRow("sgemm", .flops, best?.shape.flops ?? 0, best?.timing ?? Timing([]))
    row.note = best.map { "\($0.shape.m)x\($0.shape.n)x\($0.shape.k), \(threads) threads" } ?? ""
    return row
  }

  private func load() throws -> BenchRow {
    let timing = try Timing(runs: runs) { _ = try BenchModel.smolLM2(file) }
    var row = BenchRow("load", .loads, 1, timing)
    row.note = file?.lastPathComponent ?? "random numbers made, no file read"
    return row
  }

  private func lora(
    _ name: String, optimizer: Optimizer = .adamW,
    _ prepared: (LanguageModel) throws -> LanguageModel
  ) throws -> [BenchRow] {
    let model = try prepared(BenchModel.smolLM2(file))
      .attaching(LoRASettings(rank: 16, alpha: 32), seed: 1)
    return try TrainingBench(
      name: name, model: model, rows: 4, length: 256, optimizer: optimizer,
      flopsPerToken: ModelFlops(model, length: 256).adapter(of: model), runs: runs,
      threads: threads, memory: memory
    ).measure(self)
  }

  /// OpenBezoar's adapter: rank 16 on queries, keys and values.
  private func openLlama(_ name: String) throws -> [BenchRow] {
    let settings = LoRASettings(rank: 16, alpha: 16, targets: ["q_proj", "k_proj", "v_proj"])
    let model = try BenchModel.openLlama3B().attaching(settings, seed: 1)
    return try TrainingBench(
      name: name, model: model, rows: 1, length: 128, optimizer: .adamW8bit,
      flopsPerToken: ModelFlops(model, length: 128).adapter(of: model), runs: min(runs, 2),
      threads: threads, memory: memory
    ).measure(self)
  }

  private func pairs() throws -> PairBench? {
    guard let preference else { return nil }
    let model = try BenchModel.smolLM2(file).attaching(LoRASettings(rank: 16, alpha: 32), seed: 1)
    return try PairBench(
      model: model, loss: Loss(recipeValue: preference.loss), rows: preference.rows,
      pairs: preference.pairs, threads: threads)
  }

  private func losses(_ name: String) throws -> [BenchRow] {
    guard let preference, let bench = try pairs() else { return [] }
    let rival = try Loss(recipeValue: preference.rival)
    return [try bench.inTurn(name, against: rival, epochs: runs)]
  }

  private func full(_ name: String) throws -> [BenchRow] {
    let model = try BenchModel.smolLM2(file)
    return try TrainingBench(
      name: name, model: model, rows: 4, length: 256,
      flopsPerToken: ModelFlops(model, length: 256).full, runs: runs, threads: threads,
      memory: memory
    ).measure(self)
  }

  private func tiny(_ name: String) throws -> [BenchRow] {
    let model = try BenchModel.tiny()
    return try TrainingBench(
      name: name, model: model, rows: 8, length: 64,
      flopsPerToken: ModelFlops(model, length: 64).full, runs: runs * 20, threads: threads,
      memory: memory
    ).measure(self)
  }
}
