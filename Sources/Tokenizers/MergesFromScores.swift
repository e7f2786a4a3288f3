// SentencePiece's BPE joins the neighbours whose joint piece has the highest score. That is a table
// of merges: every way to cut a piece in two, ranked by the score of the piece.

struct MergesFromScores {
  private let vocabulary: ScoredVocabulary
  private let pieces: PieceTable
  private var characters: CharacterSymbols
  private var stands: [Int32] = []
  private var loose = PieceTable(capacity: 64)

  init(_ vocabulary: ScoredVocabulary, _ pieces: PieceTable) {
    self.vocabulary = vocabulary
    self.pieces = pieces
    characters = CharacterSymbols(
      unknown: vocabulary.unknown, fusesUnknown: true, bytes: vocabulary.bytes)
    characters.firstStand = Int32(vocabulary.texts.count)
  }

  func bpe() -> BPE {
    var builder = self
    return builder.build()
  }

  private mutating func build() -> BPE {
    standForWholeSymbols()
    var pairs = PairTable(capacity: vocabulary.texts.count * 2)
    for (id, rank) in ranks() { insertCuts(of: id, rank: rank, into: &pairs) }
    characters.stands = stands
    characters.loose = loose
    return BPE(pairs: pairs, symbols: .characters(characters))
  }

  /// User-defined symbols take no part in merges, so what stands for them is in no pair.
  private mutating func standForWholeSymbols() {
    guard !vocabulary.cutsUserDefined else { return }
    for (id, kind) in vocabulary.kinds.enumerated() where kind == .userDefined {
      characters.whole.insert(vocabulary.texts[id], value: newStand(for: Int32(id)))
    }
  }

  private mutating func newStand(for id: Int32) -> Int32 {
    stands.append(id)
    return characters.firstStand + Int32(stands.count - 1)
  }

  /// The pieces that merges may give, the highest score first; equal scores have equal ranks.
  private func ranks() -> [(id: Int, rank: UInt32)] {
    let ids = vocabulary.kinds.indices.filter { isMergeable($0) }
    let sorted = ids.sorted {
      (-vocabulary.scores[$0], $0) < (-vocabulary.scores[$1], $1)
    }
    var rank: UInt32 = 0
    var last: Float?
    return sorted.map { id in
      if let last, last != vocabulary.scores[id] { rank += 1 }
      last = vocabulary.scores[id]
      return (id, rank)
    }
  }

  private func isMergeable(_ id: Int) -> Bool {
    switch vocabulary.kinds[id] {
    case .normal, .unused: true
    case .userDefined: !vocabulary.cutsUserDefined
    case .unknown, .control, .byte: false
    }
  }

  private mutating func insertCuts(of id: Int, rank: UInt32, into pairs: inout PairTable) {
    let text = vocabulary.texts[id]
    for index in 1..<max(1, text.count) where text[index] & 0xC0 != 0x80 {
      let left = symbol(text[..<index])
      let right = symbol(text[index...])
      guard left >= 0, right >= 0 else { continue }
      pairs.insert(left, right, rank: rank, id: Int32(id))
    }
  }

  /// The symbol of a part: a piece, or a character that is in no piece alone.
  private mutating func symbol(_ text: ArraySlice<UInt8>) -> Int32 {
    let id = pieces.find(text)
    if id >= 0 { return isMergeable(Int(id)) ? id : -1 }
    guard let lead = text.first, characterLength(lead) == text.count else { return -1 }
    let known = loose.find(text)
    if known >= 0 { return known }
    let stand = newStand(for: -1)
    loose.insert(text, id: Int(stand))
    return stand
  }
}
