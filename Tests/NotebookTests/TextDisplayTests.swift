import Notebook
import Testing

@Suite("Text in cells of a terminal")
struct TextDisplayTests {
  @Test(
    "Text is as wide as terminals show it",
    arguments: [
      ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("ｱ", 1), ("Ａ", 2), ("한", 2),
      ("😀", 2), ("👩‍👩‍👧", 2), ("🇫🇷", 2), ("❤️", 2), ("❤", 1), ("a\u{200B}b", 2), ("▸ ·", 3), ("⣀", 1),
      ("\u{1B}[1;36mab\u{1B}[0m", 2), ("\u{1B}]133;A\u{7}ab", 2), ("नमस्ते", 4),
    ])
  func width(text: String, cells: Int) {
    #expect(DisplayWidth.of(text) == cells)
  }

  @Test("Text is cut between graphemes, and says so")
  func truncation() {
    #expect("hello".truncated(to: 5) == "hello")
    #expect("hello".truncated(to: 4) == "hel…")
    #expect("日本語".truncated(to: 5) == "日本…")
    #expect("日本語".truncated(to: 4) == "日…")
    #expect("ab".truncated(to: 1) == "…")
    #expect("ab".truncated(to: 0) == "")
  }

  @Test("Text is padded by its width")
  func padding() {
    #expect("日".padded(to: 4) == "日  ")
    #expect("日".paddedLeft(to: 4) == "  日")
    #expect("long".padded(to: 2) == "long")
  }

  @Test("Line ends, tabs and controls do not break a row")
  func oneLine() {
    #expect("a\nb\tc\u{7}".onOneLine == "a⏎b c·")
  }

  @Test("Long text is folded at blanks, and says how much is missing")
  func folding() {
    let text = "one two three four\nfive 日本語日本語"
    let all = FoldedText(width: 9, maximumLines: 9).lines(of: text)
    #expect(all == ["one two", "three", "four", "five", "日本語日", "本語"])
    let some = FoldedText(width: 9, maximumLines: 3).lines(of: text)
    #expect(some == ["one two", "three", "four", "… 3 more…"])
  }

  @Test("Colours are for terminals, unless the user refuses them")
  func styling() {
    #expect(Styling(isTerminal: true, environment: ["TERM": "xterm"]) == .colored)
    #expect(Styling(isTerminal: true, environment: ["TERM": "xterm", "NO_COLOR": ""]) == .colored)
    #expect(Styling(isTerminal: true, environment: ["TERM": "xterm", "NO_COLOR": "1"]) == .plain)
    #expect(Styling(isTerminal: true, environment: ["TERM": "dumb"]) == .plain)
    #expect(Styling(isTerminal: false, environment: ["TERM": "xterm"]) == .plain)
    #expect(Style.bold.applied(to: "x", .colored) == "\u{1B}[0;1mx\u{1B}[0m")
    #expect(Style.bold.applied(to: "x", .plain) == "x")
  }

  @Test("Counts have commas")
  func counts() {
    #expect(
      [0, 999, 1234, -1_234_567].map(ReadableNumber.count) == ["0", "999", "1,234", "-1,234,567"])
  }

  @Test("Large numbers have three digits and a letter")
  func short() {
    let values: [Double] = [0, 7, 1.5, 999, 999.7, 41_234, 123_456, 1_500_000, -2_000]
    #expect(
      values.map(ReadableNumber.short)
        == ["0", "7", "1.50", "999", "1.00 k", "41.2 k", "123 k", "1.50 M", "-2.00 k"])
    #expect(ReadableNumber.bytes(9_300_000_000) == "9.30 GB")
    #expect(ReadableNumber.bytes(512) == "512 B")
  }

  @Test("Durations are clocks")
  func durations() {
    let values: [Double] = [0, 7.4, 552, 4152, 100_800, .infinity, .nan]
    #expect(
      values.map(ReadableNumber.duration(seconds:))
        == ["0:00", "0:07", "9:12", "1:09:12", "1 d 04:00", "–", "–"])
  }

  @Test("Measures keep their significant digits")
  func measures() {
    let values = [1.8349, 0, 0.0012, 2e-5, 123.4, 41_234, 1e9, -0.5, .infinity, .nan]
    #expect(
      values.map { ReadableNumber.measure($0) } == [
        "1.83", "0", "0.00120", "2.00e-05", "123", "41,234", "1.00e+09", "-0.500", "inf", "nan",
      ])
  }

  @Test("100 % is said only when all is done")
  func percents() {
    #expect(ReadableNumber.percent(999, of: 1000) == "99 %")
    #expect(ReadableNumber.percent(1000, of: 1000) == "100 %")
    #expect(ReadableNumber.percent(1, of: 0) == "– %")
  }
}
