// What a SentencePiece model file holds (sentencepiece_model.proto, field numbers from there).

struct SentencePieceFile {
  enum Algorithm: Int {
    case unigram = 1
    case bpe, word, character
  }

  struct Piece {
    var text: [UInt8] = []
    var score: Float = 0
    var kind = SentencePieceDecoder.Kind.normal
  }

  let place: String
  private(set) var pieces: [Piece] = []
  private(set) var algorithm = Algorithm.unigram
  private(set) var bos = 1
  private(set) var eos = 2
  private(set) var pad = -1
  private(set) var unknownText = " \u{2047} "
  private(set) var normalizer = SentencePieceNormalizer()

  init(_ bytes: [UInt8], place: String) throws {
    self.place = place
    var reader = ProtobufReader(bytes[...], place: place)
    while let (field, value) = try reader.next() {
      guard let message = value.bytes else { continue }
      switch field {
      case 1: pieces.append(try piece(message))
      case 2: try readTrainer(message)
      case 3: try readNormalizer(message)
      default: break
      }
    }
    guard !pieces.isEmpty else {
      throw TokenizerError(place, found: "no pieces", expected: "a SentencePiece model")
    }
  }

  private func piece(_ message: ArraySlice<UInt8>) throws -> Piece {
    var reader = ProtobufReader(message, place: place)
    var piece = Piece()
    while let (field, value) = try reader.next() {
      switch field {
      case 1: piece.text = value.bytes.map { Array($0) } ?? []
      case 2: piece.score = value.float ?? 0
      case 3: piece.kind = value.integer.flatMap { .init(rawValue: $0) } ?? .normal
      default: break
      }
    }
    return piece
  }

  private mutating func readTrainer(_ message: ArraySlice<UInt8>) throws {
    var reader = ProtobufReader(message, place: place)
    while let (field, value) = try reader.next() {
      switch field {
      case 3: algorithm = value.integer.flatMap { .init(rawValue: $0) } ?? .unigram
      case 24: normalizer.spaceIsSuffix = value.flag ?? false
      case 41: bos = value.integer ?? bos
      case 42: eos = value.integer ?? eos
      case 43: pad = value.integer ?? pad
      case 44: unknownText = value.text ?? unknownText
      default: break
      }
    }
  }

  private mutating func readNormalizer(_ message: ArraySlice<UInt8>) throws {
    var reader = ProtobufReader(message, place: place)
    while let (field, value) = try reader.next() {
      switch field {
      case 2:
        if let blob = value.bytes, !blob.isEmpty {
          normalizer.map = try CharacterMap(Array(blob), place: place)
        }
      case 3: normalizer.addsDummyPrefix = value.flag ?? true
      case 4: normalizer.removesExtraSpaces = value.flag ?? true
      case 5: normalizer.escapesSpaces = value.flag ?? true
      default: break
      }
    }
  }
}
