import Vocabulary

/// Texts that are known, among which those like another are found without looking at each.
///
/// MinHash over runs of three words (Broder 1997) with bands (Leskovec, Rajaraman, Ullman, chapter 3):
/// texts that agree in a whole band are compared exactly, so none is taken for like that is not.
struct NearTexts {
  private let threshold: Double
  private let rowsOfBand: Int
  private var bands: [[UInt64: [Int]]]
  private var texts: [Set<UInt64>] = []

  private static let hashes = 128

  init(threshold: Double) {
    self.threshold = threshold
    // The longest bands in which two texts of the threshold still meet in all but one case of some
    // thousand: 1 - (1 - s^r)^(n/r).
    let fitting = [16, 8, 4, 2, 1].first { rows in
      let meet = raised(threshold, to: Double(rows))
      return raised(1 - meet, to: Double(Self.hashes / rows)) < 1e-3
    }
    rowsOfBand = fitting ?? 1
    bands = Array(repeating: [:], count: Self.hashes / rowsOfBand)
  }

  /// Adds a text; false if one like it is known already.
  mutating func insert(_ text: String) -> Bool {
    let runs = Self.runs(of: text)
    let places = self.places(of: runs)
    let candidates = Set(zip(bands, places).flatMap { $0[$1] ?? [] })
    guard !candidates.contains(where: { Self.likeness(texts[$0], runs) >= threshold }) else {
      return false
    }
    for (band, place) in places.enumerated() { bands[band][place, default: []].append(texts.count) }
    texts.append(runs)
    return true
  }

  /// Where the text belongs in each band.
  private func places(of runs: Set<UInt64>) -> [UInt64] {
    let least = (0..<Self.hashes).map { seed in
      runs.lazy.map { Self.mixed($0 ^ UInt64(seed) &* 0x9E37_79B9_7F4A_7C15) }.min() ?? 0
    }
    return stride(from: 0, to: Self.hashes, by: rowsOfBand).map { start in
      least[start..<start + rowsOfBand].reduce(0) { Self.mixed($0 ^ $1) }
    }
  }

  private static func likeness(_ a: Set<UInt64>, _ b: Set<UInt64>) -> Double {
    let shared = a.count { b.contains($0) }
    let all = a.count + b.count - shared
    return all == 0 ? 1 : Double(shared) / Double(all)
  }

  private static func runs(of text: String) -> Set<UInt64> {
    let words = text.comparedWords
    guard words.count > 3 else { return [StableHash.of(words.joined(separator: " "), seed: 0)] }
    return Set(
      (0...words.count - 3).map { start in
        StableHash.of(words[start..<start + 3].joined(separator: " "), seed: 0)
      })
  }

  /// The finaliser of SplitMix64.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension String {
  /// Lower-case words without punctuation, by which texts are compared.
  var comparedWords: [String] {
    lowercased().split { !($0.isLetter || $0.isNumber) }.map(String.init)
  }
}

extension Value {
  /// A text as it is, anything else as it is written.
  var plain: String {
    if case .text(let text) = self { return text }
    return canonical
  }

  /// All texts in it.
  var texts: [String] {
    switch self {
    case .text(let text): [text]
    case .list(let values): values.flatMap(\.texts)
    case .record(let record): record.values.flatMap(\.texts)
    case .none, .bool, .int, .float, .quantity, .type, .function, .opaque, .deferred: []
    }
  }
}
