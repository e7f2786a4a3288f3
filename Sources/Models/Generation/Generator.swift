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

    public init(
      prompt: [Int32], sampling: Sampling = Sampling(), maximum: Int,
      stopTokens: Set<Int32> = [], stopTexts: [String] = [], row: UInt32 = 0
    ) {
      self.prompt = prompt
      self.sampling = sampling
      self.maximum = maximum
      self.stopTokens = stopTokens
      self.stopTexts = stopTexts
      self.row = row
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
  }

  /// More rows would be multiplied as a matrix, where sums depend on how many rows there are; up to
  /// so many, no row depends on its neighbours.
  public static let mostTogether = DotRows.most

  private let model: LanguageModel
  private let execution: Execution
  private let logits: Tensor
  private let slots: Int
  private let chunk: Int
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
    chunk = max(together, min(slots, 256))
    let graph = Graph()
    let outfit = Scope.Outfit(
      adapters: Array(model.adapters.prefix(adapters ?? model.adapters.count)))
    let scope = Scope(graph, outfit)
    let input = ModelInput(graph, model.architecture, usesCache: true)
    let d = model.dimensions
    let last = gather(
      model.architecture.hidden(input, scope), rows: graph.input("last", .i32, [.sequences]))
    logits = linear(last, scope.parameter(d.unembedding, [d.vocabulary, d.width]))
    let plan = try Plan(
      graph, outputs: [logits],
      bounds: [
        .tokens: chunk, .sequences: together, .slots: slots,
        .layout: 8 + together * 8 + 4 * (together + chunk),
      ])
    execution = try Execution(
      plan, weights: model.graphWeights, pool: pool ?? WorkerPool(count: threads))
  }

  /// A generator for such requests: as many rows together as `memory` bytes of keys and values
  /// allow, but at least one; the others wait.
  public convenience init(
    _ model: LanguageModel, for requests: [Request], memory: Int = 256 << 20, threads: Int,
    pool: WorkerPool? = nil
  ) throws {
    let needs = requests.map { $0.prompt.count + $0.maximum }.sorted(by: >)
    let together = min(requests.count, Self.mostTogether)
    let d = model.dimensions
    let room = memory / (2 * d.layers * d.keyWidth * 4)
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
    var cache = SlotRanges(count: slots)
    while !waiting.isEmpty || !active.isEmpty {
      while active.count < limit, let next = waiting.last {
        let request = requests[next]
        let need = request.prompt.count + request.maximum
        try check(request, need)
        guard let range = cache.take(need) else { break }
        waiting.removeLast()
        var row = Row(request, index: next, slots: range, decoder: StreamDecoder(model.tokenizer))
        let first = try prefill(row)
        if try !advance(&row, first, onToken) { return try stopAll(active + [row], answers) }
        active.append(row)
      }
      retire(&active, &answers, &cache)
      guard !active.isEmpty else { continue }
      let rows = try decode(active)
      for i in active.indices where try !advance(&active[i], rows[i], onToken) {
        return try stopAll(active, answers)
      }
      retire(&active, &answers, &cache)
    }
    return answers.compactMap { $0 }
  }

  private func check(_ request: Request, _ need: Int) throws {
    func refuse(_ problem: String, _ advice: String) -> ModelError {
      ModelError(model: model.name, problem: problem, advice: advice)
    }
    guard !request.prompt.isEmpty else {
      throw refuse("was given an empty prompt", "Give at least one token.")
    }
    guard need <= slots else {
      throw refuse(
        "needs \(need) places for one prompt and its answer",
        "The cache holds \(slots); shorten the prompt or the answer.")
    }
    try model.checkLength(need)
  }

  /// Runs a prompt through the model in pieces; the logits after its last token.
  private func prefill(_ row: Row) throws -> [Float] {
    var result: [Float] = []
    let prompt = row.request.prompt
    for start in stride(from: 0, to: prompt.count, by: chunk) {
      let piece = start..<min(start + chunk, prompt.count)
      let segment = AttentionLayout.Segment(
        queries: 0..<piece.count, ownStart: row.slots.lowerBound, before: start)
      result = try step(
        ids: Array(prompt[piece]), positions: piece.map(Int32.init),
        slots: piece.map { Int32(row.slots.lowerBound + $0) }, segments: [segment],
        last: [Int32(piece.count - 1)])
    }
    return result
  }

  /// One token more for every active row; their logits.
  private func decode(_ rows: [Row]) throws -> [[Float]] {
    let segments = rows.enumerated().map { i, row in
      AttentionLayout.Segment(
        queries: i..<i + 1, ownStart: row.slots.lowerBound, before: row.length - 1)
    }
    let all = try step(
      ids: rows.map { $0.tokens.last ?? 0 }, positions: rows.map { Int32($0.length - 1) },
      slots: rows.map { Int32($0.slots.lowerBound + $0.length - 1) }, segments: segments,
      last: rows.indices.map(Int32.init))
    let width = model.dimensions.vocabulary
    return rows.indices.map { Array(all[$0 * width..<($0 + 1) * width]) }
  }

  private func step(
    ids: [Int32], positions: [Int32], slots: [Int32], segments: [AttentionLayout.Segment],
    last: [Int32]
  ) throws -> [Float] {
    let layout = AttentionLayout(cached: segments).integers
    try execution.run(
      inputs: [
        "ids": .integers(ids), "positions": .integers(positions), "slots": .integers(slots),
        "layout": .integers(layout), "last": .integers(last),
      ],
      lengths: [
        .tokens: ids.count, .sequences: last.count, .slots: self.slots, .layout: layout.count,
      ])
    return execution.read(logits)
  }

  private func advance(
    _ row: inout Row, _ logits: [Float], _ onToken: (Int, String) throws -> Bool
  ) throws -> Bool {
    let piece = row.append(logits)
    return try piece.isEmpty || onToken(row.index, piece)
  }

  private func retire(_ active: inout [Row], _ answers: inout [Answer?], _ cache: inout SlotRanges)
  {
    for row in active where row.end != nil {
      answers[row.index] = row.answer
      cache.giveBack(row.slots)
    }
    active.removeAll { $0.end != nil }
  }

  private func stopAll(_ rows: [Row], _ answers: [Answer?]) throws -> [Answer] {
    var answers = answers
    for row in rows { answers[row.index] = row.answer }
    return answers.compactMap { $0 }
  }
}
