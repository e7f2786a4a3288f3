/// Byte-pair encoding of one word: symbols are merged in the order in which training joined them
/// (Sennrich, Haddow & Birch 2016, algorithm 1).
struct BPE: Sendable {
  /// What a word is before anything is merged.
  enum Symbols: Sendable {
    /// One symbol for each byte; the ids of the 256 bytes.
    case bytes([Int32])
    /// One symbol for each character.
    case characters(CharacterSymbols)
  }

  var pairs: PairTable
  var symbols: Symbols
  /// A word that is a piece is taken whole, merges or not.
  var takesWholeWords = false

  func encode(
    _ word: UnsafeBufferPointer<UInt8>, _ pieces: PieceTable, _ workspace: inout Workspace,
    into output: inout [Int32]
  ) {
    guard word.count <= WordCache.longestWord else {
      return encodeAfresh(word, pieces, &workspace.symbols, into: &output)
    }
    let hash = hashBytes(word)
    if workspace.cache.append(word, hash: hash, to: &output) { return }
    let start = output.count
    encodeAfresh(word, pieces, &workspace.symbols, into: &output)
    workspace.cache.insert(word, hash: hash, output[start...])
  }

  private func encodeAfresh(
    _ word: UnsafeBufferPointer<UInt8>, _ pieces: PieceTable, _ list: inout SymbolList,
    into output: inout [Int32]
  ) {
    if takesWholeWords, let id = wholeWord(word, pieces) { return output.append(id) }
    list.removeAll()
    switch symbols {
    case .bytes(let ids):
      for (index, byte) in word.enumerated() where ids[Int(byte)] >= 0 {
        list.append(ids[Int(byte)], start: index)
      }
      list.merge(pairs, end: word.count)
      output.append(contentsOf: list.ids)
    case .characters(let characters):
      characters.start(word, pieces, &list)
      list.merge(pairs, end: word.count)
      characters.finish(word, list, into: &output)
    }
  }

  private func wholeWord(_ word: UnsafeBufferPointer<UInt8>, _ pieces: PieceTable) -> Int32? {
    let id =
      switch symbols {
      case .bytes: pieces.find(ByteAlphabet.text(of: word))
      case .characters: pieces.find(word)
      }
    return id >= 0 ? id : nil
  }
}

/// How a word of characters begins and ends: which character is which symbol, and what stands for
/// a character that is in no piece.
struct CharacterSymbols: Sendable {
  var unknown: Int32?
  /// Neighbouring unknown characters give one unknown id.
  var fusesUnknown = false
  /// The ids of the 256 bytes, where characters outside the vocabulary are spelled in bytes.
  var bytes: [Int32]?
  /// Written before each character but the first of a word.
  var continuingPrefix = ""
  /// Written after the last character of a word.
  var endOfWord = ""
  /// Symbols of several characters that take no part in merges.
  var whole = ByteTrie()
  /// Symbols above the vocabulary: each stands for an id here, or for no piece (-1).
  var stands: [Int32] = []
  var firstStand: Int32 = .max
  /// Characters that are in no piece alone but begin a merge.
  var loose = PieceTable(capacity: 0)

  func start(
    _ word: UnsafeBufferPointer<UInt8>, _ pieces: PieceTable, _ list: inout SymbolList
  ) {
    var index = 0
    while index < word.count {
      if !whole.isEmpty, let match = whole.longest(in: word, at: index) {
        list.append(match.value, start: index)
        index += match.length
        continue
      }
      let end = index + min(characterLength(word[index]), word.count - index)
      let symbol = symbol(word, index, end, pieces)
      // What can be written in no way is left out, and its neighbours may be merged.
      if symbol >= 0 || unknown != nil || bytes != nil { list.append(symbol, start: index) }
      index = end
    }
  }

  func finish(
    _ word: UnsafeBufferPointer<UInt8>, _ list: SymbolList, into output: inout [Int32]
  ) {
    var afterUnknown = false
    for (index, symbol) in list.ids.enumerated() {
      let id = symbol < firstStand ? symbol : stands[Int(symbol - firstStand)]
      if id >= 0 {
        output.append(id)
        afterUnknown = false
        continue
      }
      let range = Int(list.starts[index])..<Int(list.starts[index + 1])
      afterUnknown = spell(word, range, afterUnknown: afterUnknown, into: &output)
    }
  }

  private func symbol(
    _ word: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ pieces: PieceTable
  ) -> Int32 {
    let character = UnsafeBufferPointer(rebasing: word[start..<end])
    let needsPrefix = start > 0 && !continuingPrefix.isEmpty
    let needsSuffix = end == word.count && !endOfWord.isEmpty
    if needsPrefix || needsSuffix {
      let prefix = needsPrefix ? Array(continuingPrefix.utf8) : []
      return pieces.find(prefix + character + (needsSuffix ? Array(endOfWord.utf8) : []))
    }
    let id = pieces.find(character)
    return id >= 0 || loose.count == 0 ? id : loose.find(character)
  }

  /// Writes a symbol that is no piece; true where it was written as the unknown id.
  private func spell(
    _ word: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, afterUnknown: Bool,
    into output: inout [Int32]
  ) -> Bool {
    if let bytes, word[range].allSatisfy({ bytes[Int($0)] >= 0 }) {
      for byte in word[range] { output.append(bytes[Int(byte)]) }
      return false
    }
    guard let unknown else { return afterUnknown }
    if !(fusesUnknown && afterUnknown) { output.append(unknown) }
    return true
  }
}

/// How many bytes the character has that begins with this byte.
@inline(__always)
func characterLength(_ lead: UInt8) -> Int {
  lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
}
