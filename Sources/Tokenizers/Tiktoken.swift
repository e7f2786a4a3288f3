import Foundation

extension Tokenizer {
  /// Reads tiktoken's rank file: lines of a piece in base64 and its rank, which is its id.
  ///
  /// - Parameters:
  ///   - pattern: the regular expression that cuts the text; the file does not say.
  ///   - special: texts of special tokens with their ids; the file does not say these either.
  public init(tiktoken url: URL, pattern: String, special: [String: Int] = [:]) throws {
    let data = try readFile(url, expected: "a tiktoken rank file")
    let ranks = try Self.ranks(data, place: url.path)
    for (text, id) in special where !(0...PieceTable.highestID).contains(id) {
      throw TokenizerError(
        "special token `\(text)`", found: "\(id)",
        expected: "an id from 0 to \(PieceTable.highestID)")
    }
    var pieces = PieceTable(capacity: ranks.count)
    for (piece, id) in ranks { pieces.insert(ByteAlphabet.text(of: piece), id: id) }
    let bpe = Self.bpe(ranks: ranks, pieces)
    var parts = TokenizerParts(pieces: pieces, model: .bpe(bpe))
    parts.added = special.sorted { $0.value < $1.value }.map { text, id in
      AddedToken(id: id, text: text, isSpecial: true)
    }
    parts.preTokenizers = [.split(try Pattern(pattern), .isolated, invert: false)]
    parts.specialTokens.names = special
    parts.origin = .byteLevel(patterns: [pattern])
    self.init(parts)
  }

  private static func ranks(_ data: Data, place: String) throws -> [(piece: [UInt8], id: Int)] {
    var ranks: [(piece: [UInt8], id: Int)] = []
    for (number, line) in Array(data).split(separator: 0x0A, omittingEmptySubsequences: false)
      .enumerated()
    {
      let fields = line.last == 0x0D ? line.dropLast() : line
      if fields.isEmpty { continue }
      var piece: [UInt8] = []
      guard let space = fields.firstIndex(of: 0x20),
        Base64.append(fields[..<space], to: &piece), let id = rank(fields[(space + 1)...])
      else {
        throw TokenizerError(
          "\(place), line \(number + 1)", found: "`\(String(decoding: line, as: UTF8.self))`",
          expected: "a piece in base64, a space and its rank")
      }
      ranks.append((piece, id))
    }
    return ranks
  }

  private static func rank(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit), value <= PieceTable.highestID / 10 else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return digits.isEmpty ? nil : value
  }

  /// Every way to cut a piece in two pieces is a merge, ranked by the piece it gives.
  private static func bpe(ranks: [(piece: [UInt8], id: Int)], _ pieces: PieceTable) -> BPE {
    var bytes = PieceTable(capacity: ranks.count)
    for (piece, id) in ranks { bytes.insert(piece, id: id) }
    var pairs = PairTable(capacity: ranks.count * 2)
    for (piece, id) in ranks {
      for index in 1..<max(1, piece.count) {
        let left = bytes.find(piece[..<index])
        guard left >= 0 else { continue }
        let right = bytes.find(piece[index...])
        if right >= 0 { pairs.insert(left, right, rank: UInt32(id), id: Int32(id)) }
      }
    }
    let alphabet = ByteAlphabet.encoded.map { pieces.find($0) }
    return BPE(pairs: pairs, symbols: .bytes(alphabet), takesWholeWords: true)
  }
}
