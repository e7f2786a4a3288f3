import Foundation

/// Everything a tokenizer is made of, however its file was written.
struct TokenizerParts: Sendable {
  enum Model: Sendable {
    case bpe(BPE)
    case unigram(Unigram)
  }

  /// Ids around one text.
  struct Frame: Sendable {
    var prefix: [Int32] = []
    var suffix: [Int32] = []
  }

  var pieces: PieceTable
  var model: Model
  var added: [AddedToken] = []
  var normalizers: [Normalizer] = []
  var preTokenizers: [PreTokenizer] = []
  var frame = Frame()
  var decoding = Decoding.byteLevel
  var specialTokens = SpecialTokens()
  var origin = Origin.other
}

/// What a tokenizer.json is written from.
enum Origin: Sendable {
  /// The file itself, which says more than the parts keep.
  case file(Data)
  /// Byte-level BPE with these patterns cutting the text one after the other.
  case byteLevel(patterns: [String])
  case other
}

/// From pieces back to text.
enum Decoding: Sendable {
  case byteLevel
  case steps([PieceDecoder])
  case joinedBySpaces
  case sentencePiece(SentencePieceDecoder)

  var stripsLeadingSpace: Bool {
    switch self {
    case .byteLevel, .joinedBySpaces: false
    case .sentencePiece(let decoder): decoder.stripsLeadingSpace
    case .steps(let steps): steps.contains(where: \.stripsLeadingSpace)
    }
  }
}

extension PieceDecoder {
  fileprivate var stripsLeadingSpace: Bool {
    switch self {
    case .strip(let mark, let start, _): mark == [0x20] && start > 0
    case .metaspace(_, let stripsFirst): stripsFirst
    case .byteLevel, .replace, .replacePattern, .byteFallback, .fuse, .endOfWord: false
    }
  }

  /// The bytes of one piece on its own.
  fileprivate func spell(_ piece: [UInt8]) -> [UInt8] {
    var texts = [piece]
    switch self {
    case .byteFallback: return Self.namedByte(piece).map { [$0] } ?? piece
    case .byteLevel:
      var bytes: [UInt8] = []
      return ByteAlphabet.append(piece, to: &bytes) ? bytes : piece
    case .metaspace(let replacement, _): return piece.replacing(replacement, with: [0x20])
    case .endOfWord(let mark): return piece.replacing(mark, with: [0x20])
    case .replace, .replacePattern: apply(&texts)
    case .fuse, .strip: break
    }
    return texts[0]
  }
}

/// The bytes of every piece, one after the other.
struct Spelling: Sendable {
  private var pool: [UInt8] = []
  private var starts: [Int] = [0]

  init(_ parts: TokenizerParts) {
    starts.reserveCapacity(parts.pieces.count + 1)
    for id in 0..<parts.pieces.count {
      if let piece = parts.pieces.bytes(of: id) { append(piece, id, parts.decoding) }
      starts.append(pool.count)
    }
  }

  private mutating func append(_ piece: ArraySlice<UInt8>, _ id: Int, _ decoding: Decoding) {
    switch decoding {
    case .byteLevel: if ByteAlphabet.append(piece, to: &pool) { return }
    case .joinedBySpaces: break
    case .steps(let steps):
      let bytes = steps.reduce(Array(piece)) { $1.spell($0) }
      return pool.append(contentsOf: bytes)
    case .sentencePiece(let decoder): return pool.append(contentsOf: decoder.spell(id, piece))
    }
    pool.append(contentsOf: piece)
  }

  subscript(_ id: Int) -> ArraySlice<UInt8> { pool[starts[id]..<starts[id + 1]] }
}
