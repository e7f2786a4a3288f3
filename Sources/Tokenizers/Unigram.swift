/// The most probable pieces of a text under a unigram language model (Kudo 2018, section 3.2),
/// found by Viterbi's algorithm.
struct Unigram: Sendable {
  var trie: ByteTrie
  /// The logarithm of each piece's probability.
  var scores: [Float]
  var unknown: Int32
  /// What a character in no piece costs.
  var unknownScore: Float
  /// The ids of the 256 bytes, where characters outside the vocabulary are spelled in bytes.
  var bytes: [Int32]?

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, _ workspace: inout Workspace, into output: inout [Int32]
  ) {
    guard !text.isEmpty else { return }
    workspace.lattice.search(text, self)
    var afterUnknown = false
    for (id, range) in workspace.lattice.path(to: text.count) {
      if id != unknown {
        output.append(id)
      } else if let bytes {
        for byte in text[range] { output.append(bytes[Int(byte)]) }
      } else if !afterUnknown {
        output.append(unknown)
      }
      afterUnknown = id == unknown
    }
  }
}

/// For each byte of a text, the best way to reach it.
struct Lattice: Sendable {
  private var scores: [Float] = []
  private var starts: [Int32] = []
  private var ids: [Int32] = []

  mutating func search(_ text: UnsafeBufferPointer<UInt8>, _ model: Unigram) {
    scores = [Float](repeating: 0, count: text.count + 1)
    starts = [Int32](repeating: -1, count: text.count + 1)
    ids = [Int32](repeating: -1, count: text.count + 1)
    var index = 0
    while index < text.count {
      let length = min(characterLength(text[index]), text.count - index)
      var hasSingle = false
      let here = scores[index]
      model.trie.forEachPrefix(in: text, at: index) { id, count in
        offer(from: index, to: index + count, id, here + model.scores[Int(id)])
        if count == length { hasSingle = true }
      }
      if !hasSingle {
        offer(from: index, to: index + length, model.unknown, here + model.unknownScore)
      }
      index += length
    }
  }

  private mutating func offer(from start: Int, to end: Int, _ id: Int32, _ score: Float) {
    guard starts[end] < 0 || score > scores[end] else { return }
    scores[end] = score
    starts[end] = Int32(start)
    ids[end] = id
  }

  func path(to end: Int) -> [(id: Int32, range: Range<Int>)] {
    var steps: [(Int32, Range<Int>)] = []
    var end = end
    while end > 0 {
      let start = Int(starts[end])
      steps.append((ids[end], start..<end))
      end = start
    }
    return steps.reversed()
  }
}
