import Foundation

/// A change of the text before it is cut.
enum Normalizer: Sendable {
  case canonicalComposition, canonicalDecomposition
  case compatibilityComposition, compatibilityDecomposition
  case lowercase
  case strip(left: Bool, right: Bool)
  case stripAccents
  case replace(Pattern, with: [UInt8])
  case replaceText([UInt8], with: [UInt8])
  case prepend([UInt8])
  case precompiled(CharacterMap)
  case sentencePiece(SentencePieceNormalizer)
  case byteLevel

  func normalize(_ text: inout [UInt8]) {
    switch self {
    case .canonicalComposition: change(&text, from: 0xCC, \.precomposedStringWithCanonicalMapping)
    case .canonicalDecomposition: change(&text, from: 0xC3, \.decomposedStringWithCanonicalMapping)
    case .compatibilityComposition:
      change(&text, from: 0xC2, \.compatibilityComposed)
    case .compatibilityDecomposition:
      change(&text, from: 0xC2, \.compatibilityDecomposed)
    case .lowercase: text = String(decoding: text, as: UTF8.self).lowercasedByScalar
    case .strip(let left, let right): Self.strip(&text, left, right)
    case .stripAccents: text = String(decoding: text, as: UTF8.self).withoutMarks
    case .replace(let pattern, let new): Self.replace(&text, pattern, new)
    case .replaceText(let old, let new): text = text.replacing(old, with: new)
    case .prepend(let prefix): if !text.isEmpty { text.insert(contentsOf: prefix, at: 0) }
    case .precompiled(let map): text = map.normalizeClusters(text)
    case .sentencePiece(let normalizer): text = normalizer.normalize(text)
    case .byteLevel: text = ByteAlphabet.text(of: text)
    }
  }

  /// Text whose characters all begin with smaller bytes is left alone: it has nothing to compose
  /// or to decompose.
  private func change(_ text: inout [UInt8], from lead: UInt8, _ form: KeyPath<String, String>) {
    guard text.contains(where: { $0 >= lead }) else { return }
    text = Array(String(decoding: text, as: UTF8.self)[keyPath: form].utf8)
  }

  private static func strip(_ text: inout [UInt8], _ left: Bool, _ right: Bool) {
    var scalars = String(decoding: text, as: UTF8.self).unicodeScalars[...]
    if left { scalars = scalars.drop { $0.properties.isWhitespace } }
    while right, let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    text = Array(String(Substring(scalars)).utf8)
  }

  private static func replace(_ text: inout [UInt8], _ pattern: Pattern, _ new: [UInt8]) {
    var output: [UInt8] = []
    var last = 0
    let state = MatchState()
    text.withUnsafeBufferPointer { text in
      pattern.forEachMatch(in: text, 0..<text.count, state) { lower, upper in
        output.append(contentsOf: text[last..<lower])
        output.append(contentsOf: new)
        last = upper
      }
      output.append(contentsOf: text[last...])
    }
    text = output
  }
}

extension String {
  // Foundation replaces compatibility characters but does not then compose or reorder the result.
  fileprivate var compatibilityComposed: String {
    decomposedStringWithCompatibilityMapping.precomposedStringWithCanonicalMapping
  }

  fileprivate var compatibilityDecomposed: String {
    decomposedStringWithCompatibilityMapping.decomposedStringWithCanonicalMapping
  }

  /// Lower case scalar by scalar, which is what tokenizers do: no final sigma.
  fileprivate var lowercasedByScalar: [UInt8] {
    var output: [UInt8] = []
    for scalar in unicodeScalars {
      output.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
    }
    return output
  }

  fileprivate var withoutMarks: [UInt8] {
    var output: [UInt8] = []
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .spacingMark, .enclosingMark: break
      default: output.append(contentsOf: scalar.utf8Bytes)
      }
    }
    return output
  }
}

extension [UInt8] {
  /// Every occurrence of `old`, from the left, becomes `new`.
  func replacing(_ old: [UInt8], with new: [UInt8]) -> [UInt8] {
    guard let first = old.first else { return self }
    var output: [UInt8] = []
    output.reserveCapacity(count + count / 8)
    var index = 0
    while index < count {
      if self[index] == first, self[index...].starts(with: old) {
        output.append(contentsOf: new)
        index += old.count
      } else {
        output.append(self[index])
        index += 1
      }
    }
    return output
  }
}
