// The members of a tokenizer.json that change and cut text.

import Foundation
import JSON

extension HuggingFaceFile {
  private enum NormalizerKind: String, CaseIterable {
    case nfc = "NFC"
    case nfd = "NFD"
    case nfkc = "NFKC"
    case nfkd = "NFKD"
    case lowercase = "Lowercase"
    case strip = "Strip"
    case stripAccents = "StripAccents"
    case replace = "Replace"
    case prepend = "Prepend"
    case precompiled = "Precompiled"
    case byteLevel = "ByteLevel"
    case sequence = "Sequence"
  }

  func normalizers(_ part: JSONValue) throws -> [Normalizer] {
    if part == .null { return [] }
    switch try kind(part, of: "normalizer") as NormalizerKind {
    case .nfc: return [.canonicalComposition]
    case .nfd: return [.canonicalDecomposition]
    case .nfkc: return [.compatibilityComposition]
    case .nfkd: return [.compatibilityDecomposition]
    case .lowercase: return [.lowercase]
    case .strip:
      return [
        .strip(left: part["strip_left"]?.bool ?? true, right: part["strip_right"]?.bool ?? true)
      ]
    case .stripAccents: return [.stripAccents]
    case .prepend: return [.prepend(Array((part["prepend"]?.text ?? "").utf8))]
    case .byteLevel: return [.byteLevel]
    case .sequence: return try (part["normalizers"]?.list ?? []).flatMap(normalizers)
    case .replace:
      let new = Array((part["content"]?.text ?? "").utf8)
      if let text = part["pattern"]?["String"]?.text {
        return [.replaceText(Array(text.utf8), with: new)]
      }
      return [.replace(try pattern(part, of: "normalizer"), with: new)]
    case .precompiled:
      guard let blob = part["precompiled_charsmap"]?.text.flatMap({ Data(base64Encoded: $0) })
      else {
        throw failure("normalizer", found: "no character map", expected: "one in base64")
      }
      return [.precompiled(try CharacterMap(Array(blob), place: place))]
    }
  }

  /// A `{"Regex": …}` or `{"String": …}`.
  func pattern(_ part: JSONValue, of what: String) throws -> Pattern {
    if let text = part["pattern"]?["String"]?.text { return try Pattern.literal(text) }
    guard let source = part["pattern"]?["Regex"]?.text else {
      throw failure(what, found: "no pattern", expected: "`Regex` or `String`")
    }
    return try Pattern(source, place: "\(place), \(what)")
  }
}

extension HuggingFaceFile {
  private enum PreTokenizerKind: String, CaseIterable {
    case byteLevel = "ByteLevel"
    case split = "Split"
    case digits = "Digits"
    case metaspace = "Metaspace"
    case punctuation = "Punctuation"
    case whitespace = "Whitespace"
    case whitespaceSplit = "WhitespaceSplit"
    case characterDelimiter = "CharDelimiterSplit"
    case bert = "BertPreTokenizer"
    case sequence = "Sequence"
  }

  func preTokenizers(_ part: JSONValue) throws -> [PreTokenizer] {
    if part == .null { return [] }
    switch try kind(part, of: "pre_tokenizer") as PreTokenizerKind {
    case .byteLevel: return try byteLevel(part)
    case .split:
      let behavior = try behavior(part)
      let pattern = try pattern(part, of: "pre_tokenizer")
      return [.split(pattern, behavior, invert: part["invert"]?.bool ?? false)]
    case .digits: return [.digits(individual: part["individual_digits"]?.bool ?? false)]
    case .metaspace:
      let mark = Array((part["replacement"]?.text ?? "▁").utf8)
      let splits = part["split"]?.bool ?? true
      return [.metaspace(replacement: mark, prependScheme(part), splits: splits)]
    case .punctuation:
      return [.split(try Pattern(Patterns.punctuation), try behavior(part), invert: false)]
    case .whitespace: return [.split(try Pattern(Patterns.wordsOrMarks), .removed, invert: true)]
    case .whitespaceSplit: return [.split(try Pattern(#"\s+"#), .removed, invert: false)]
    case .characterDelimiter:
      let delimiter = try Pattern.literal(part["delimiter"]?.text ?? " ")
      return [.split(delimiter, .removed, invert: false)]
    case .bert:
      return [
        .split(try Pattern(#"\s+"#), .removed, invert: false),
        .split(try Pattern(Patterns.punctuation), .isolated, invert: false),
      ]
    case .sequence: return try (part["pretokenizers"]?.list ?? []).flatMap(preTokenizers)
    }
  }

  private func byteLevel(_ part: JSONValue) throws -> [PreTokenizer] {
    var cuts: [PreTokenizer] = []
    if part["add_prefix_space"]?.bool ?? true { cuts.append(.addPrefixSpace) }
    if part["use_regex"]?.bool ?? true {
      cuts.append(.split(try Pattern(Patterns.gpt2), .isolated, invert: false))
    }
    return cuts + [.byteAlphabet]
  }

  private func behavior(_ part: JSONValue) throws -> SplitBehavior {
    guard let name = part["behavior"]?.text else { return .isolated }
    guard let behavior = SplitBehavior(rawValue: name) else {
      throw failure(
        "pre_tokenizer.behavior", found: "`\(name)`",
        expected: "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous")
    }
    return behavior
  }

  /// Older files say `add_prefix_space`, newer ones `prepend_scheme`.
  func prependScheme(_ part: JSONValue) -> PreTokenizer.PrependScheme {
    if let name = part["prepend_scheme"]?.text,
      let scheme = PreTokenizer.PrependScheme(rawValue: name)
    {
      return scheme
    }
    return part["add_prefix_space"]?.bool ?? true ? .always : .never
  }
}

/// Patterns that tokenizers know by name.
enum Patterns {
  static let gpt2 =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  static let wordsOrMarks = #"[\w\p{Join_Control}]+|[^\w\p{Join_Control}\s]+"#
  static let punctuation = #"[\p{P}\x{21}-\x{2F}\x{3A}-\x{40}\x{5B}-\x{60}\x{7B}-\x{7E}]"#
}
