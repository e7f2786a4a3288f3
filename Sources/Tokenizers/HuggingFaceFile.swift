// What a tokenizer.json holds, read in one pass: the vocabulary straight into its table, the small
// members as trees.

struct HuggingFaceFile {
  enum ModelKind: String, CaseIterable {
    case bpe = "BPE"
    case unigram = "Unigram"
  }

  let place: String
  private(set) var members: [String: JSONValue] = [:]
  private(set) var model: [String: JSONValue] = [:]
  private(set) var pieces = PieceTable(capacity: 0)
  /// The scores of a unigram vocabulary.
  private(set) var scores: [Float] = []
  private(set) var pairs = PairTable(capacity: 0)

  init(_ bytes: [UInt8], place: String) throws {
    self.place = place
    var scanner = JSONScanner(bytes, place: place)
    var modelStart: Int?
    try scanner.object { scanner, key in
      if key.elementsEqual("model".utf8) {
        _ = scanner.peek()
        modelStart = scanner.position
        try scanner.skip()
      } else {
        members[String(decoding: key, as: UTF8.self)] = try scanner.value()
      }
    }
    guard let modelStart else {
      throw TokenizerError(place, found: "no `model`", expected: "a tokenizer.json")
    }
    try readModel(scanner.moved(to: modelStart))
  }

  var unknownToken: String? {
    if let token = model["unk_token"]?.string { return token }
    return model["unk_id"]?.integer.flatMap { pieces.text(of: $0) }
  }

  func failure(_ what: String, found: String, expected: String) -> TokenizerError {
    TokenizerError("\(place), \(what)", found: found, expected: expected)
  }

  /// The kind that a part names in its `type`.
  func kind<Kind: RawRepresentable<String> & CaseIterable>(
    _ part: JSONValue, of what: String
  ) throws -> Kind {
    if let name = part["type"].string, let kind = Kind(rawValue: name) { return kind }
    let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
    let name = part["type"].string.map { "the kind `\($0)`" } ?? "no `type`"
    throw failure(what, found: name, expected: "one of \(known)")
  }
}

extension HuggingFaceFile {
  private mutating func readModel(_ start: JSONScanner) throws {
    var scanner = start
    var vocabulary: Int?
    var merges: Int?
    var small: [String: JSONValue] = [:]
    try scanner.object { scanner, key in
      _ = scanner.peek()
      if key.elementsEqual("vocab".utf8) {
        vocabulary = scanner.position
        try scanner.skip()
      } else if key.elementsEqual("merges".utf8) {
        merges = scanner.position
        try scanner.skip()
      } else {
        small[String(decoding: key, as: UTF8.self)] = try scanner.value()
      }
    }
    model = small
    guard let vocabulary else {
      throw failure("model", found: "no `vocab`", expected: "a vocabulary")
    }
    try readVocabulary(start.moved(to: vocabulary))
    if let merges { try readMerges(start.moved(to: merges)) }
  }

  private mutating func readVocabulary(_ start: JSONScanner) throws {
    var scanner = start
    var table = PieceTable(capacity: 1 << 16)
    if scanner.peek() == UInt8(ascii: "{") {
      try scanner.object { scanner, piece in table.insert(piece, id: try scanner.id()) }
    } else {
      var scores: [Float] = []
      try scanner.array { scanner in
        let pair = try scanner.value().array
        guard pair.count == 2, let piece = pair[0].string, let score = pair[1].number else {
          throw failure("model.vocab", found: "another shape", expected: "[piece, score]")
        }
        table.insert(piece.utf8, id: scores.count)
        scores.append(Float(score))
      }
      self.scores = scores
    }
    pieces = table
  }

  /// Merges are `"a b"` in older files and `["a", "b"]` in newer ones.
  private mutating func readMerges(_ start: JSONScanner) throws {
    var scanner = start
    var table = PairTable(capacity: pieces.count)
    let prefix = (model["continuing_subword_prefix"]?.string ?? "").utf8.count
    var left: [UInt8] = []
    var right: [UInt8] = []
    try scanner.array { scanner in
      if scanner.peek() == UInt8(ascii: "[") {
        var isFirst = true
        try scanner.array { scanner in
          if isFirst { try scanner.string(into: &left) } else { try scanner.string(into: &right) }
          isFirst = false
        }
      } else {
        try scanner.string(into: &left)
        guard let space = left.firstIndex(of: 0x20) else {
          throw failure("model.merges", found: "no space in a merge", expected: "two pieces")
        }
        right.removeAll(keepingCapacity: true)
        right.append(contentsOf: left[(space + 1)...])
        left.removeSubrange(space...)
      }
      let ids = (pieces.find(left), pieces.find(right))
      left.append(contentsOf: right.dropFirst(prefix))
      let merged = pieces.find(left)
      guard ids.0 >= 0, ids.1 >= 0, merged >= 0 else {
        throw failure(
          "model.merges", found: "merge \(table.count) with a piece outside the vocabulary",
          expected: "pieces of the vocabulary")
      }
      table.insert(ids.0, ids.1, rank: UInt32(table.count), id: merged)
    }
    pairs = table
  }
}
