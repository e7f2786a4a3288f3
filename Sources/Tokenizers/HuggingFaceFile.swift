// What a tokenizer.json holds, read in one pass: the vocabulary straight into its table, the small
// members as trees.

import JSON

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
    do {
      try read(JSONScanner(bytes))
    } catch let error as JSONError {
      throw TokenizerError(place, error)
    }
  }

  var unknownToken: String? {
    if let token = model["unk_token"]?.text { return token }
    return model["unk_id"]?.int.flatMap { pieces.text(of: $0) }
  }

  func failure(_ what: String, found: String, expected: String) -> TokenizerError {
    TokenizerError("\(place), \(what)", found: found, expected: expected)
  }

  /// The kind that a part names in its `type`.
  func kind<Kind: RawRepresentable<String> & CaseIterable>(
    _ part: JSONValue, of what: String
  ) throws -> Kind {
    if let name = part["type"]?.text, let kind = Kind(rawValue: name) { return kind }
    let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
    let name = part["type"]?.text.map { "the kind `\($0)`" } ?? "no `type`"
    throw failure(what, found: name, expected: "one of \(known)")
  }
}

extension HuggingFaceFile {
  private mutating func read(_ start: JSONScanner) throws {
    var scanner = start
    let large = try Self.members(of: &scanner, except: ["model"], small: &members)
    guard let model = large["model"] else {
      throw TokenizerError(place, found: "no `model`", expected: "a tokenizer.json")
    }
    try readModel(start.moved(to: model))
  }

  private mutating func readModel(_ start: JSONScanner) throws {
    var scanner = start
    let large = try Self.members(of: &scanner, except: ["vocab", "merges"], small: &model)
    guard let vocabulary = large["vocab"] else {
      throw failure("model", found: "no `vocab`", expected: "a vocabulary")
    }
    try readVocabulary(start.moved(to: vocabulary))
    if let merges = large["merges"] { try readMerges(start.moved(to: merges)) }
  }

  /// Reads the members of an object, but of those named in `except` only says where they begin.
  private static func members(
    of scanner: inout JSONScanner, except large: Set<String>, small: inout [String: JSONValue]
  ) throws(JSONError) -> [String: Int] {
    var places: [String: Int] = [:]
    var bytes: [UInt8] = []
    var hasMore = try scanner.beginObject()
    while hasMore {
      try scanner.key(into: &bytes)
      let key = String(decoding: bytes, as: UTF8.self)
      if large.contains(key) {
        places[key] = scanner.position
        try scanner.skip()
      } else {
        small[key] = try scanner.value()
      }
      hasMore = try scanner.nextMember()
    }
    return places
  }

  private mutating func readVocabulary(_ start: JSONScanner) throws {
    var scanner = start
    if scanner.peek() == UInt8(ascii: "{") {
      pieces = try PieceTable(reading: &scanner)
      return
    }
    var table = PieceTable(capacity: 1 << 16)
    var hasMore = try scanner.beginList()
    while hasMore {
      let pair = try scanner.value().list ?? []
      guard pair.count == 2, let piece = pair[0].text, let score = pair[1].double else {
        throw failure("model.vocab", found: "another shape", expected: "[piece, score]")
      }
      table.insert(piece.utf8, id: scores.count)
      scores.append(Float(score))
      hasMore = try scanner.nextElement()
    }
    pieces = table
  }

  private mutating func readMerges(_ start: JSONScanner) throws {
    var scanner = start
    var table = PairTable(capacity: pieces.count)
    let prefix = (model["continuing_subword_prefix"]?.text ?? "").utf8.count
    var left: [UInt8] = []
    var right: [UInt8] = []
    var hasMore = try scanner.beginList()
    while hasMore {
      try readMerge(&scanner, &left, &right)
      let ids = (pieces.find(left), pieces.find(right))
      left.append(contentsOf: right.dropFirst(prefix))
      let merged = pieces.find(left)
      guard ids.0 >= 0, ids.1 >= 0, merged >= 0 else {
        throw failure(
          "model.merges", found: "merge \(table.count) with a piece outside the vocabulary",
          expected: "pieces of the vocabulary")
      }
      table.insert(ids.0, ids.1, rank: UInt32(table.count), id: merged)
      hasMore = try scanner.nextElement()
    }
    pairs = table
  }

  /// Merges are `"a b"` in older files and `["a", "b"]` in newer ones.
  private func readMerge(
    _ scanner: inout JSONScanner, _ left: inout [UInt8], _ right: inout [UInt8]
  ) throws {
    if scanner.peek() == UInt8(ascii: "[") {
      var hasMore = try scanner.beginList()
      var count = 0
      while hasMore {
        if count == 0 { try scanner.text(into: &left) } else { try scanner.text(into: &right) }
        count += 1
        hasMore = try scanner.nextElement()
      }
      guard count == 2 else {
        throw failure("model.merges", found: "a merge of \(count) pieces", expected: "two pieces")
      }
      return
    }
    try scanner.text(into: &left)
    guard let space = left.firstIndex(of: 0x20) else {
      throw failure("model.merges", found: "no space in a merge", expected: "two pieces")
    }
    right.removeAll(keepingCapacity: true)
    right.append(contentsOf: left[(space + 1)...])
    left.removeSubrange(space...)
  }
}

extension PieceTable {
  /// Reads an object of pieces and their ids.
  ///
  /// Ids far above any vocabulary are refused, since tables are as long as ids are high.
  init(reading scanner: inout JSONScanner) throws(JSONError) {
    self.init(capacity: 1 << 16)
    var piece: [UInt8] = []
    var hasMore = try scanner.beginObject()
    while hasMore {
      try scanner.key(into: &piece)
      insert(piece, id: try scanner.count(upTo: Self.highestID))
      hasMore = try scanner.nextMember()
    }
  }
}
