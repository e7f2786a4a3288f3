// The table of replacements inside SentencePiece models and "Precompiled" normalisers: a
// double-array trie (Yata's darts-clone) whose values are offsets of NUL-terminated texts.

struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let texts: [UInt8]

  init(_ blob: [UInt8], place: String) throws {
    let size = blob.count >= 4 ? Int(Self.word(blob, 0)) : 0
    guard size > 0, size % 4 == 0, blob.count >= 4 + size else {
      throw TokenizerError(
        place, found: "a character map of \(blob.count) bytes",
        expected: "four bytes of size, a trie of that size, and the replacements")
    }
    units = stride(from: 4, to: 4 + size, by: 4).map { Self.word(blob, $0) }
    texts = Array(blob[(4 + size)...])
  }

  /// The replacement of the longest key that `text` begins with at `start`.
  func longest(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> (ArraySlice<UInt8>, Int)? {
    var found: (ArraySlice<UInt8>, Int)?
    walk(text, start, text.count) { value, length in
      found = (replacement(value), length)
      return true
    }
    return found
  }

  /// Normalises grapheme by grapheme, as the Rust crate `spm_precompiled` does: a short grapheme
  /// that has a key is replaced whole, else each of its scalars alone.
  func normalizeClusters(_ text: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    for character in String(decoding: text, as: UTF8.self) {
      let cluster = Array(String(character).utf8)
      if cluster.count < 6, let new = shortest(cluster) {
        output.append(contentsOf: new)
        continue
      }
      for scalar in character.unicodeScalars {
        output.append(contentsOf: shortest(scalar.utf8Bytes) ?? scalar.utf8Bytes[...])
      }
    }
    return output
  }

  private func shortest(_ key: [UInt8]) -> ArraySlice<UInt8>? {
    var found: ArraySlice<UInt8>?
    key.withUnsafeBufferPointer { key in
      walk(key, 0, key.count) { value, _ in
        found = replacement(value)
        return false
      }
    }
    return found
  }

  private func replacement(_ offset: Int) -> ArraySlice<UInt8> {
    guard offset < texts.count else { return [] }
    return texts[offset...].prefix { $0 != 0 }
  }

  /// Visits each key that is a prefix, the shortest first, until `visit` is false.
  private func walk(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ visit: (Int, Int) -> Bool
  ) {
    var node = Self.offset(units[0])
    var index = start
    while index < end {
      let byte = UInt32(text[index])
      node ^= Int(byte)
      guard node < units.count, units[node] & 0x8000_00FF == byte else { return }
      let unit = units[node]
      index += 1
      node ^= Self.offset(unit)
      guard unit >> 8 & 1 == 1, node < units.count else { continue }
      if !visit(Int(units[node] & 0x7FFF_FFFF), index - start) { return }
    }
  }

  private static func offset(_ unit: UInt32) -> Int {
    Int((unit >> 10) << ((unit & (1 << 9)) >> 6))
  }

  private static func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
  }
}
