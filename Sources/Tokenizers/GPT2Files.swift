import Foundation
import JSON

extension Tokenizer {
  /// Reads GPT-2's two files: `encoder.json` or `vocab.json`, and `vocab.bpe` or `merges.txt`.
  public init(gpt2 vocabulary: URL, merges: URL) throws {
    let bytes = Array(try readFile(vocabulary, expected: "a vocabulary such as vocab.json"))
    let pieces: PieceTable
    do {
      var scanner = JSONScanner(bytes)
      pieces = try PieceTable(reading: &scanner)
    } catch {
      throw TokenizerError(vocabulary.path, error)
    }
    let lines = try readFile(merges, expected: "merges such as merges.txt").split(separator: 0x0A)
    var parts = try TokenizerParts(
      byteLevel: pieces, merges: lines.lazy.map { Array($0) }, place: merges.path)
    let patterns = [Patterns.gpt2]
    parts.preTokenizers = [.split(try Pattern(Patterns.gpt2), .isolated, invert: false)]
    parts.origin = .byteLevel(patterns: patterns)
    // The files have no list of special tokens; GPT-2 has this one.
    let end = pieces.find(Self.endOfText)
    if end >= 0 {
      parts.added = [AddedToken(id: Int(end), text: Self.endOfText, isSpecial: true)]
      parts.specialTokens = SpecialTokens(
        bos: Int(end), eos: Int(end), unknown: Int(end), names: [Self.endOfText: Int(end)])
    }
    self.init(parts)
  }

  private static let endOfText = "<|endoftext|>"
}

extension TokenizerParts {
  /// Byte-level BPE from lines `left right`; a line that begins with `#version` is passed over.
  init(
    byteLevel pieces: PieceTable, merges: some Sequence<[UInt8]>, place: String,
    takesWholeWords: Bool = false
  ) throws {
    var pairs = PairTable(capacity: pieces.count)
    for (number, line) in merges.enumerated() {
      if number == 0, line.starts(with: "#version".utf8) { continue }
      let line = line.last == 0x0D ? line.dropLast() : line[...]
      guard let space = line.firstIndex(of: 0x20), space > 0 else {
        throw TokenizerError(
          "\(place), merge \(number + 1)", found: "`\(String(decoding: line, as: UTF8.self))`",
          expected: "two pieces with a space between")
      }
      let left = pieces.find(line[..<space])
      let right = pieces.find(line[(space + 1)...])
      let merged = pieces.find(Array(line[..<space] + line[(space + 1)...]))
      guard left >= 0, right >= 0, merged >= 0 else {
        throw TokenizerError(
          "\(place), merge \(number + 1)", found: "a piece outside the vocabulary",
          expected: "pieces of the vocabulary")
      }
      pairs.insert(left, right, rank: UInt32(pairs.count), id: merged)
    }
    let alphabet = ByteAlphabet.encoded.map { pieces.find($0) }
    let bpe = BPE(pairs: pairs, symbols: .bytes(alphabet), takesWholeWords: takesWholeWords)
    self.init(pieces: pieces, model: .bpe(bpe))
  }
}
