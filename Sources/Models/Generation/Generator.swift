import Tensors
import Tokenizers

/// Continues prompts token by token with a cache of keys and values.
///
/// Prompts wait in a queue; as many run together as the cache has room for. What a row becomes
/// does not depend on the rows beside it: its draws are keyed by its own number and position.
public final class Generator {
  /// What to continue, and when to stop.
  public struct Request: Sendable {
    public var prompt: [Int32]
    public var sampling: Sampling
    public var maximum: Int
    public var stopTokens: Set<Int32>
    /// Texts that end the answer; they are not part of it.
    public var stopTexts: [String]
    /// The number that keys the draws of this row.
    public var row: UInt32
    /// Whether the answer says how likely each drawn token was.
    public var tellsProbabilities: Bool
    /// What the answer has to be, if it may not be anything.
    public var constraint: TokenConstraint?

    public init(
      prompt: [Int32], sampling: Sampling = Sampling(), maximum: Int,
      stopTokens: Set<Int32> = [], stopTexts: [String] = [], row: UInt32 = 0,
      tellsProbabilities: Bool = false, constraint: TokenConstraint? = nil
    ) {
      self.prompt = prompt
      self.sampling = sampling
      self.maximum = maximum
      self.stopTokens = stopTokens
      self.stopTexts = stopTexts
      self.row = row
      self.tellsProbabilities = tellsProbabilities
      self.constraint = constraint
    }
  }

  /// What came out.
  public struct Answer: Sendable {
    public enum End: String, Sendable { case stopToken, stopText, length }

    public var tokens: [Int32]
    public var text: String
    public var end: End
    /// The difference of the two largest logits at each step.
    public var margins: [Float]
    /// The logarithm of the probability of each drawn token, a stop token included, as
    /// `Sampling.Draw` has it; empty unless asked for.
    public var logProbabilities: [Float]
  }

  /// More rows would be multiplied as a matrix, where sums depend on how many rows there are; up to
  /// so many, no row depends on its neighbours.
  public static let mostTogether = DotRows.most

  private let model: LanguageModel
  private let execution: Execution
  private let pool: WorkerPool
  private let logits: Tensor
  private let slots: Int
  private let limit: Int

  /// - Parameters:
  ///   - slots: how many tokens the cache holds, prompts and answers of all rows together.
  ///   - together: how many rows may run at once, `Generator.mostTogether` at most.
  public init(
    _ model: LanguageModel, adapters: Int? = nil, threads: Int, slots: Int,
    together: Int = Generator.mostTogether, pool: WorkerPool? = nil
  ) throws {
    self.model = model
    self.slots = slots
    let together = min(together, Self.mostTogether)
    limit = together
    self.pool = pool ?? WorkerPool(count: threads)
    let parts = min(slots, model.dimensions.context) / PromptCache.block + 1
    let tokens = max(together, min(slots, PromptCache.block))
    let graph = Graph()
    var outfit = Scope.Outfit(
      adapters: Array(model.adapters.prefix(adapters ?? model.adapters.count)))
    outfit.roundsRows = true
    let scope = Scope(graph, outfit)
    let input = ModelInput(graph, model.architecture, cache: model.cache)
    let d = model.dimensions
    let last = gather(
      model.architecture.hidden(input, scope), rows: graph.input("last", .i32, [.sequences]))
    logits = linear(
      last, scope.parameter(d.unembedding, [d.vocabulary, d.width]), roundsRows: true)
    let plan = try Plan(
      graph, outputs: [logits],
      bounds: [
        .tokens: tokens, .sequences: together, .slots: slots,
        .layout: AttentionLayout.bound(
          cached: together, ranges: together * parts, queries: tokens),
      ])
    execution = try Execution(plan, weights: model.graphWeights, pool: self.pool)
  }

  /// A generator for such requests: as many rows together as `memory` bytes of keys and values
  /// allow, but at least one; the others wait.
  public convenience init(
    _ model: LanguageModel, for requests: [Request], memory: Int = 256 << 20, threads: Int,
    pool: WorkerPool? = nil
  ) throws {
    let needs = requests.map { $0.prompt.count + $0.maximum }.sorted(by: >)
    let together = min(requests.count, Self.mostTogether)
    let room = memory / model.cacheBytesPerToken
    let slots = max(needs.first ?? 1, min(needs.prefix(together).reduce(0, +), room))
    try self.init(model, threads: threads, slots: slots, together: max(1, together), pool: pool)
  }

  /// Continues all prompts; answers come in the order of the requests.
  ///
  /// - Parameter onToken: told each piece of text as it is certain; return false to stop all.
  public func run(
    _ requests: [Request],
    onToken: (_ request: Int, _ piece: String) throws -> Bool = { _, _ in true }
  ) throws -> [Answer] {
    var waiting = Array(requests.indices.reversed())
    var active: [Row] = []
    var answers = [Answer?](repeating: nil, count: requests.count)
    let cache = PromptCache(slots: slots)
    while !waiting.isEmpty || !active.isEmpty {
      while active.count < limit, let next = waiting.last {
        guard var row = try admit(requests[next], index: next, to: cache) else { break }
        waiting.removeLast()
        let first = row.draw(try prefill(row.prompt))
        guard try write(first, to: &row, onToken) else {
          return (active + [row]).reduce(into: answers) { $0[$1.index] = $1.answer }
            .compactMap { $0 }
        }
        active.append(row)
      }
      retire(&active, &answers)
      guard !active.isEmpty else { continue }
      let draws = try decode(active)
      for i in active.indices where try !write(draws[i], to: &active[i], onToken) {
        return active.reduce(into: answers) { $0[$1.index] = $1.answer }.compactMap { $0 }
      }
      retire(&active, &answers)
    }
    return answers.compactMap { $0 }
  }

  private func admit(_ request: Request, index: Int, to cache: PromptCache) throws -> Row? {
    try check(request, request.prompt.count + request.maximum)
    guard let place = cache.admit(request.prompt, maximum: request.maximum) else { return nil }
    return Row(
      request, index: index, prompt: place.prompt, own: place.own,
      decoder: StreamDecoder(model.tokenizer))
  }

  private func check(_ request: Request, _ need: Int) throws {
    func refuse(_ problem: String, _ advice: String) -> ModelError {
      ModelError(model: model.name, problem: problem, advice: advice)
    }
    guard !request.prompt.isEmpty else {
      throw refuse("was given an empty prompt", "Give at least one token.")
    }
    if let least = request.constraint?.leastTokens, least > request.maximum {
      throw refuse(
        "cannot write such a record in \(request.maximum) tokens",
        "The shortest takes \(least); allow more with max.")
    }
    guard need <= slots else {
      throw refuse(
        "needs \(need) places for one prompt and its answer",
        "The cache holds \(slots); shorten the prompt or the answer.")
    }
    try model.checkLength(need)
  }

  /// Computes what of a prompt is not yet in the cache; the logits after its last token.
  private func prefill(_ prompt: CachedPrompt) throws -> [Float] {
    if let logits = prompt.logits { return logits }
    let shared = prompt.sharedCount, start = prompt.rest.slots.lowerBound
    for first in stride(from: shared, to: prompt.tokens.count, by: PromptCache.block) {
      let piece = first..<min(first + PromptCache.block, prompt.tokens.count)
      let segment = AttentionLayout.Segment(
        queries: 0..<piece.count, seesWhole: prompt.shared.map(\.slots), ownStart: start,
        before: first - shared)
      try step(
        ids: Array(prompt.tokens[piece]), positions: piece.map(Int32.init),
        slots: piece.map { Int32(start + $0 - shared) }, segments: [segment],
        last: [Int32(piece.count - 1)])
    }
    let logits = execution.read(logits)
    prompt.logits = logits
    return logits
  }

  /// One token more for every active row.
  private func decode(_ rows: [Row]) throws -> [Sampling.Draw] {
    let segments = rows.enumerated().map { i, row in
      AttentionLayout.Segment(
        queries: i..<i + 1, seesWhole: row.prompt.ranges, ownStart: row.own.slots.lowerBound,
        before: row.tokens.count - 1)
    }
    try step(
      ids: rows.map { $0.tokens.last ?? 0 }, positions: rows.map { Int32($0.length - 1) },
      slots: rows.map { Int32($0.own.slots.lowerBound + $0.tokens.count - 1) },
      segments: segments, last: rows.indices.map(Int32.init))
    // Each worker lets go of a row before it reads the next, so that its memory is used again: all rows
    // at once would be new pages at every step.
    return pool.map(rows.count) { rows[$0].draw(execution.read(logits, row: $0)) }
  }

  private func step(
    ids: [Int32], positions: [Int32], slots: [Int32], segments: [AttentionLayout.Segment],
    last: [Int32]
  ) throws {
    let layout = AttentionLayout(cached: segments).integers
    try execution.run(
      inputs: [
        "ids": .integers(ids), "positions": .integers(positions), "slots": .integers(slots),
        "layout": .integers(layout), "last": .integers(last),
      ],
      lengths: [
        .tokens: ids.count, .sequences: last.count, .slots: self.slots, .layout: layout.count,
      ])
  }

  /// Whether to go on after this token.
  private func write(
    _ draw: Sampling.Draw, to row: inout Row, _ onToken: (Int, String) throws -> Bool
  ) throws -> Bool {
    let piece = row.append(draw)
    return try piece.isEmpty || onToken(row.index, piece)
  }

  private func retire(_ active: inout [Row], _ answers: inout [Answer?]) {
    for row in active where row.end != nil { answers[row.index] = row.answer }
    active.removeAll { $0.end != nil }
  }
}

extension LanguageModel {
  /// Keys and values are rounded where rows are: beside weights of 8 and 4 bits.
  var cache: ModelInput.Cache {
    graphWeights.values.contains { DotRows.rounds($0.type) } ? .whole : .floats
  }

  /// What the keys and values of one token take in the cache of generation, all layers together.
  public var cacheBytesPerToken: Int { dimensions.layers * cache.bytes(dimensions.attention) }
}
