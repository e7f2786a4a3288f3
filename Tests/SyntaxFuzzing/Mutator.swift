// Inputs for the parser that are nearly recipes.

import Syntax

/// Makes the inputs of one series: the same series, corpus and index give the same bytes.
public struct Mutator: Sendable {
  let corpus: FuzzCorpus
  let series: UInt64

  public init(_ corpus: FuzzCorpus, series: UInt64) {
    self.corpus = corpus
    self.series = series
  }

  public func input(_ index: Int) -> [UInt8] {
    var mutation = Mutation(
      seeds: corpus.seeds, generator: SeededGenerator(series: series, index: index))
    return mutation.run()
  }
}

/// A piece of a recipe with a few changes.
private struct Mutation {
  let seeds: [FuzzCorpus.Seed]
  var generator: SeededGenerator
  var bytes: [UInt8] = []

  init(seeds: [FuzzCorpus.Seed], generator: SeededGenerator) {
    self.seeds = seeds
    self.generator = generator
  }

  private enum Change: CaseIterable {
    case flipByte, insertByte, removeBytes, insertSnippet, insertScalar
    case removeToken, repeatToken, swapTokens, replaceToken, insertToken, insertSpace, splice
    case nest, insertNumber, chain
  }

  /// What happens often stands here often.
  private static let changes: [Change] =
    Change.allCases
    + [
      .removeToken, .repeatToken, .swapTokens, .replaceToken, .insertToken, .insertSnippet,
      .replaceToken, .insertToken, .insertSpace, .insertSpace, .insertSnippet, .removeToken,
      .splice, .swapTokens, .replaceToken,
    ]

  mutating func run() -> [UInt8] {
    bytes = piece()
    for _ in 0..<1 + generator.pick(4) { apply(generator.pick(Self.changes)) }
    return bytes
  }

  // MARK: Pieces

  private mutating func piece() -> [UInt8] {
    let seed = generator.pick(seeds)
    switch generator.pick(16) {
    case 0: return seed.bytes
    case 1...5: return tokens(of: seed)
    default: return lines(of: seed)
    }
  }

  private mutating func lines(of seed: FuzzCorpus.Seed) -> [UInt8] {
    let first = generator.pick(seed.lineStarts.count)
    let end = first + 1 + generator.pick(6)
    let limit = end < seed.lineStarts.count ? seed.lineStarts[end] : seed.bytes.count
    return Array(seed.bytes[seed.lineStarts[first]..<limit])
  }

  private mutating func tokens(of seed: FuzzCorpus.Seed) -> [UInt8] {
    guard !seed.tokens.isEmpty else { return [] }
    let first = generator.pick(seed.tokens.count)
    let last = min(first + generator.pick(40), seed.tokens.count - 1)
    return Array(seed.bytes[seed.tokens[first].start..<seed.tokens[last].end])
  }

  // MARK: Changes

  private mutating func apply(_ change: Change) {
    switch change {
    case .flipByte:
      guard !bytes.isEmpty else { return }
      bytes[generator.pick(bytes.count)] ^= UInt8(1 << generator.pick(8))
    case .insertByte: insert([UInt8(generator.pick(256))])
    case .removeBytes:
      let start = place()
      bytes.removeSubrange(start..<min(bytes.count, start + 1 + generator.pick(8)))
    case .insertSnippet: insert(generator.pick(FuzzSamples.snippets))
    case .insertScalar: insert(scalar())
    case .removeToken, .repeatToken, .swapTokens, .replaceToken, .insertToken, .insertSpace:
      changeTokens(change)
    case .splice: splice()
    case .nest: nest()
    case .insertNumber: insert(number())
    case .chain: chain()
    }
  }

  private mutating func place() -> Int { generator.pick(bytes.count + 1) }

  private mutating func insert(_ more: [UInt8]) { bytes.insert(contentsOf: more, at: place()) }

  private mutating func scalar() -> [UInt8] {
    let range = generator.pick(FuzzSamples.scalars)
    let value = range.lowerBound + UInt32(generator.pick(range.count))
    return Unicode.Scalar(value).map { Array(String($0).utf8) } ?? []
  }

  private mutating func number() -> [UInt8] {
    let digits = (0..<1 + generator.pick(30)).map { _ in
      UInt8(ascii: "0") + UInt8(generator.pick(10))
    }
    return digits + generator.pick(FuzzSamples.numberEnds)
  }

  private mutating func changeTokens(_ change: Change) {
    let tokens = Lexer.tokens(of: bytes)
    guard !tokens.isEmpty else { return insert(anyToken()) }
    let token = generator.pick(tokens)
    let text = Array(bytes[token.start..<token.end])
    switch change {
    case .removeToken: bytes.removeSubrange(token.start..<token.end)
    case .repeatToken: bytes.insert(contentsOf: text, at: token.end)
    case .replaceToken: bytes.replaceSubrange(token.start..<token.end, with: anyToken())
    case .insertToken: bytes.insert(contentsOf: spaced(anyToken()), at: token.start)
    case .insertSpace:
      bytes.insert(contentsOf: generator.pick(FuzzSamples.spaces), at: token.start)
    case .swapTokens: swap(token, generator.pick(tokens))
    case .flipByte, .insertByte, .removeBytes, .insertSnippet, .insertScalar, .splice, .nest,
      .insertNumber, .chain:
      break
    }
  }

  private mutating func swap(_ a: Token, _ b: Token) {
    guard a != b else { return }
    let (first, second) = a.start < b.start ? (a, b) : (b, a)
    let early = Array(bytes[first.start..<first.end])
    let late = Array(bytes[second.start..<second.end])
    bytes.replaceSubrange(second.start..<second.end, with: early)
    bytes.replaceSubrange(first.start..<first.end, with: late)
  }

  private mutating func spaced(_ token: [UInt8]) -> [UInt8] {
    generator.pick(2) == 0 ? token : [UInt8(ascii: " ")] + token + [UInt8(ascii: " ")]
  }

  private mutating func anyToken() -> [UInt8] {
    if generator.pick(2) == 0 { return generator.pick(FuzzSamples.words) }
    let seed = generator.pick(seeds)
    guard !seed.tokens.isEmpty else { return [] }
    let token = generator.pick(seed.tokens)
    return Array(seed.bytes[token.start..<token.end])
  }

  /// Goes on, from a token's edge, with what stands behind a token of another recipe.
  private mutating func splice() {
    let tail =
      generator.pick(4) == 0 ? lines(of: generator.pick(seeds)) : tokens(of: generator.pick(seeds))
    let tokens = Lexer.tokens(of: bytes)
    let cut = tokens.isEmpty ? 0 : generator.pick(tokens).end
    bytes = bytes[..<cut] + tail + (generator.pick(2) == 0 ? Array(bytes[cut...]) : [])
  }

  /// Puts a part between many brackets, or only opens them.
  private mutating func nest() {
    let (open, close) = generator.pick(FuzzSamples.nests)
    let depth = generator.pick(8) == 0 ? generator.pick(2_000) : generator.pick(60)
    let start = place()
    let end = start + generator.pick(bytes.count - start + 1)
    if generator.pick(4) > 0 { bytes.insert(contentsOf: Self.repeated(close, depth), at: end) }
    bytes.insert(contentsOf: Self.repeated(open, depth), at: start)
  }

  private mutating func chain() {
    let count = generator.pick(8) == 0 ? generator.pick(2_000) : generator.pick(80)
    insert(Self.repeated(generator.pick(FuzzSamples.links), count))
  }

  private static func repeated(_ text: [UInt8], _ count: Int) -> [UInt8] {
    Array(repeatElement(text, count: count).joined())
  }
}
