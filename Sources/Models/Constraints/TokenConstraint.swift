import Tokenizers
import Vocabulary

/// Which tokens may follow, so that an answer is the JSON of a record whatever is drawn.
///
/// The bytes of each token are run through the automaton of the record's JSON; a token may stand
/// where all its bytes may. For each state the fewest tokens that end the record from there are
/// known, so that an answer ends within its length: what would leave too little room may not stand.
/// (Willard and Louf 2023, arXiv 2307.09702, index states in the same way, without the room.)
public struct TokenConstraint: Sendable {
  /// The tokens that may stand in a state, in ascending order, and where each leads.
  private struct Mask: Sendable {
    var tokens: [Int32] = []
    var targets: [Int32] = []
    /// The most tokens that any of them leaves to be written.
    var mostNeeded = 0

    /// Without the tokens that lead to where nothing ends the record.
    func leading(where needed: [Int]) -> Mask {
      let kept = targets.indices.filter { needed[Int(targets[$0])] < .max }
      return Mask(
        tokens: kept.map { tokens[$0] }, targets: kept.map { targets[$0] },
        mostNeeded: kept.map { needed[Int(targets[$0])] }.max() ?? 0)
    }
  }

  public let shape: RecordShape
  private let automaton: ByteAutomaton
  private let masks: [Mask]
  /// The fewest tokens that end the record from a state; `Int.max` where none do.
  private let needed: [Int]
  private let tokenizer: Tokenizer

  public init(_ shape: RecordShape, _ tokenizer: Tokenizer) throws {
    self.shape = shape
    self.tokenizer = tokenizer
    let automaton = ByteAutomaton(try shape.pattern)
    let pieces = Self.pieces(of: tokenizer)
    let all = (0..<automaton.count).map { Self.mask(automaton, $0, pieces) }
    let needed = Self.needed(automaton, all.map { Set($0.targets.map(Int.init)) })
    masks = all.map { $0.leading(where: needed) }
    self.automaton = automaton
    self.needed = needed
    guard leastTokens < .max else {
      throw ModelError(
        model: "the tokenizer", problem: "has no tokens that write \(shape.type.type) as JSON",
        advice: "Ask for a text and read it with the words for texts.")
    }
  }

  /// The fewest tokens of a whole answer.
  public var leastTokens: Int { needed[ByteAutomaton.start] }

  /// What may follow in a state, in ascending order, if so many tokens may still be written.
  func allowed(in state: Int, room: Int) -> [Int32] {
    let mask = masks[state]
    guard mask.mostNeeded > room - 1 else { return mask.tokens }
    return mask.tokens.indices.filter { needed[Int(mask.targets[$0])] <= room - 1 }
      .map { mask.tokens[$0] }
  }

  /// The state after a token that may stand; what may not stand leaves the state as it is.
  func next(_ state: Int, _ token: Int32) -> Int {
    automaton.walk(state, tokenizer.bytes(of: token)) ?? state
  }

  /// Whether the record is whole.
  func isDone(_ state: Int) -> Bool { automaton.isAccepting[state] && automaton.isEnd(state) }

  /// The JSON that an answer writes.
  public func text(_ tokens: [Int32]) -> String {
    String(decoding: tokens.flatMap(tokenizer.bytes), as: UTF8.self)
  }
}

extension TokenConstraint {
  /// The ids by the first byte of what they write; tokens that steer write nothing.
  private static func pieces(of tokenizer: Tokenizer) -> [[(token: Int32, bytes: [UInt8])]] {
    var pieces = [[(token: Int32, bytes: [UInt8])]](repeating: [], count: 256)
    for token in 0..<Int32(tokenizer.vocabularySize) where !tokenizer.isSpecial(token) {
      let bytes = tokenizer.bytes(of: token)
      guard let first = bytes.first else { continue }
      pieces[Int(first)].append((token, bytes))
    }
    return pieces
  }

  private static func mask(
    _ automaton: ByteAutomaton, _ state: Int, _ pieces: [[(token: Int32, bytes: [UInt8])]]
  ) -> Mask {
    var found: [(token: Int32, target: Int)] = []
    for first in 0..<256 where automaton.step(state, UInt8(first)) != nil {
      for piece in pieces[first] {
        guard let target = automaton.walk(state, piece.bytes) else { continue }
        found.append((piece.token, target))
      }
    }
    found.sort { $0.token < $1.token }
    return Mask(tokens: found.map(\.token), targets: found.map { Int32($0.target) })
  }

  /// The fewest steps from each state to the end: widening rings around the states that end it.
  private static func needed(_ automaton: ByteAutomaton, _ targets: [Set<Int>]) -> [Int] {
    var needed = automaton.isAccepting.map { $0 ? 0 : Int.max }
    var ring = 0
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for state in targets.indices where needed[state] == .max {
        guard targets[state].contains(where: { needed[$0] == ring }) else { continue }
        needed[state] = ring + 1
        hasChanged = true
      }
      ring += 1
    }
    return needed
  }
}
