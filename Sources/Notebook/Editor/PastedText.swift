// What a paste means.

/// Text as it came from the clipboard, made into text of a cell.
enum PastedText {
  /// Line ends become `\n`, a last one goes, and so do the prompts of a copied session.
  static func cleaned(_ bytes: [UInt8]) -> String {
    var plain: [UInt8] = []
    for (index, byte) in bytes.enumerated() where byte != 0 && byte != 0x1B {
      let endsPair = byte == 0x0A && index > 0 && bytes[index - 1] == 0x0D
      if !endsPair { plain.append(byte == 0x0D ? 0x0A : byte) }
    }
    let lines = String(decoding: plain, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let isSession = lines.contains { $0.prefixMatch(of: /\s*\[\d+\] ▸/) != nil }
    let kept = isSession ? lines.map(withoutPrompt) : lines
    let joined = kept.joined(separator: "\n")
    return joined.hasSuffix("\n") ? String(joined.dropLast()) : joined
  }

  /// `[3] ▸ text` and the `  · text` of its further lines.
  private static func withoutPrompt(_ line: String) -> String {
    line.replacing(/^\s*(\[\d+\] ▸|·) ?/, with: "", maxReplacements: 1)
  }
}
