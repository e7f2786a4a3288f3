import Foundation
import Syntax
import Testing

/// The pictures that people see; a changed one is to be read before it is accepted.
@Suite struct PictureTests {
  static let table: [(String, String)] = [
    (
      #"""
      data = jsonl("a.jsonl")
      tuned = train(data, lr = 2e-5)
      """#,
      #"""
      error[E0131]: a label in a call is followed by `:`
         ┌─ golden.recipe:2:24
       2 │ tuned = train(data, lr = 2e-5)
         │                        ^ write `lr: …`
       fix  2 │ tuned = train(data, lr: 2e-5)

      """#
    ),
    (
      #"""
      x = [
        1,
        f(2,
      ]
      y = 3
      """#,
      #"""
      error[E0106]: `(` is never closed
         ┌─ golden.recipe:3:4
       3 │   f(2,
         │    ^ opened here
       4 │ ]
         │ ─ `)` is missing before this
       fix  3 │   f(2,)

      """#
    ),
    (
      #"""
      x = "日本語" + f("漢字", lr = 1)	// tab
      """#,
      #"""
      error[E0131]: a label in a call is followed by `:`
         ┌─ golden.recipe:1:24
       1 │ x = "日本語" + f("漢字", lr = 1)    // tab
         │                             ^ write `lr: …`
       fix  1 │ x = "日本語" + f("漢字", lr: 1) // tab

      """#
    ),
    (
      #"""
      a =	b && c
      """#,
      #"""
      error[E0132]: `&&` is written `and` here
         ┌─ golden.recipe:1:7
       1 │ a = b && c
         │       ^^ write `and`
       fix  1 │ a = b and c

      """#
    ),
    (
      #"""
      x = train(on: data, with: dpo(beta: 0.1), budget: 2epochs, batch: 64, rate: "a very long text that goes on and on", lr = 3e-5, watch: data.test, more: "and more and more")
      """#,
      #"""
      error[E0131]: a label in a call is followed by `:`
         ┌─ golden.recipe:1:120
       1 │ …a very long text that goes on and on", lr = 3e-5, watch: data.test, more: "and more and more")
         │                                            ^ write `lr: …`
       fix  1 │ …ery long text that goes on and on", lr: 3e-5, watch: data.test, more: "and more and more")

      """#
    ),
    (
      #"""
      a = f(1
      b = "never closed
      """#,
      #"""
      error[E0106]: `(` is never closed
         ┌─ golden.recipe:1:6
       1 │ a = f(1
         │      ^ opened here
       2 │ b = "never closed
         │ ─ `)` is missing before this
       fix  1 │ a = f(1)

      error[E0103]: this text has no closing `"`
         ┌─ golden.recipe:2:5
       2 │ b = "never closed
         │     ^ opened here
         = Text over several lines stands between `"""`.
       fix  2 │ b = "never closed"

      """#
    ),
    (
      #"""
      x = "\q \u{110000}"
      """#,
      #"""
      error[E0104]: `\q` is not an escape
         ┌─ golden.recipe:1:6
       1 │ x = "\q \u{110000}"
         │      ^^ means nothing in a text
         = The escapes are \n, \t, \", \\, \u{…} and \(value).
       fix  1 │ x = "\\q \u{110000}"

      error[E0104]: `\u{…}` needs the number of a character
         ┌─ golden.recipe:1:9
       1 │ x = "\q \u{110000}"
         │         ^^ like `\u{1F600}`
         = The escapes are \n, \t, \", \\, \u{…} and \(value).

      """#
    ),
    (
      #"""
      a = (1, 2))
      b = 0x1F
      """#,
      #"""
      error[E0113]: the values of a record need labels
         ┌─ golden.recipe:1:6
       1 │ a = (1, 2))
         │      ^ which value is this?
         = A record is written (a: 1, b: 2), a list [1, 2].

      error[E0107]: `)` closes nothing
         ┌─ golden.recipe:1:11
       1 │ a = (1, 2))
         │           ^ no bracket is open here
       fix  1 │ a = (1, 2)

      error[E0105]: `0x1F` is not a number
         ┌─ golden.recipe:2:5
       2 │ b = 0x1F
         │     ^^^^ `x1F` is no unit
         = A number is written like 2_000, 0.5 or 1e-4, with its unit attached: 3epochs.

      """#
    ),
    (
      #"""
      f(lambda x: x + 1)
      for x in xs:
        print(x)
      y = 1 < 2 < 3
      """#,
      #"""
      error[E0134]: a function of one value is written `x => …`
         ┌─ golden.recipe:1:3
       1 │ f(lambda x: x + 1)
         │   ^^^^^^^^^ there is no `lambda`
       fix  1 │ f(x => x + 1)

      error[E0136]: there are no loops
         ┌─ golden.recipe:2:1
       2 │ for x in xs:
         │ ^^^ `for` does not begin a statement
         = A list is made with [f(x) for x in xs if c], rows with add, filter and select.

      error[E0110]: comparisons do not chain
         ┌─ golden.recipe:4:11
       4 │ y = 1 < 2 < 3
         │           ^ a second comparison
         = Write `a < b and b < c`, or `b in a...c`.

      """#
    ),
    (
      #"""
      model: tiny
      steps: 500
      x = {"a": 1}
      """#,
      #"""
      error[E0141]: this looks like YAML
         ┌─ golden.recipe:1:1
       1 │ model: tiny
         │ ^^^^^^ a key and a colon
         = A name is bound with `model = value`; several values make a record: (model: …, …).
         = The 2 lines of the block are skipped.

      error[E0113]: a record stands in round brackets
         ┌─ golden.recipe:3:5
       3 │ x = {"a": 1}
         │     ^ `{` begins a block
         = A record is written (a: 1, b: 2); its labels have no quotes.
       fix  3 │ x = (a: 1)

      """#
    ),
    (
      #"""

      日本 = 1
      """#,
      #"""
      error[E0102]: `日本` means nothing here
         ┌─ golden.recipe:2:1
       2 │ 日本 = 1
         │ ^^^^ not part of any word
         = Names are made of the letters a to z, digits and `_`; any script may stand in text.

      """#
    ),
  ]

  @Test("a wrong recipe is drawn like this", arguments: table)
  func picture(text: String, expected: String) {
    let source = SourceText(name: "golden.recipe", text)
    #expect(DiagnosticRenderer().render(Parser.parse(source).diagnostics, in: source) == expected)
  }

  static let facts = """
    import "b.recipe" as b


    // rows
    prefs = jsonl("data/prefs.jsonl")



      |> train(on: prefs, with: dpo(), budget: 1epochs)
    """

  static func dataset(other: SourceText? = nil) -> (Diagnostic, SourceText) {
    let source = SourceText(name: "align.recipe", facts)
    func range(_ piece: String) -> SourceRange {
      let start =
        facts.utf8.count - (facts.range(of: piece).map { facts[$0.lowerBound...].utf8.count } ?? 0)
      return SourceRange(start, start + piece.utf8.count)
    }
    var labels = [
      Diagnostic.Label(
        range("jsonl(\"data/prefs.jsonl\")"), "this file has: prompt, better, worse"),
      Diagnostic.Label(range("dpo"), "reads: prompt, chosen, rejected"),
    ]
    if let other { labels.append(.init(SourceRange(4, 8), "declared here", in: other)) }
    let diagnostic = Diagnostic(
      .missingLabel, "this dataset lacks columns that `dpo` reads", at: range("prefs, "),
      label: other == nil ? "" : "these rows", secondary: labels,
      notes: ["`better` and `worse` look like `chosen` and `rejected` under other names."],
      fix: .init(
        range("jsonl(\"data/prefs.jsonl\")"),
        "jsonl(\"data/prefs.jsonl\") |> rename(chosen: .better, rejected: .worse)", "rename"))
    return (diagnostic, source)
  }

  @Test func factsAreShownWhereTheyComeFrom() {
    let (diagnostic, source) = Self.dataset()
    #expect(
      DiagnosticRenderer().render(diagnostic, in: source) == """
        error[E0112]: this dataset lacks columns that `dpo` reads
           ┌─ align.recipe:9:16
         5 │ prefs = jsonl("data/prefs.jsonl")
           │         ───────────────────────── this file has: prompt, better, worse
         9 │   |> train(on: prefs, with: dpo(), budget: 1epochs)
           │                ^^^^^^^      ─── reads: prompt, chosen, rejected
           = `better` and `worse` look like `chosen` and `rejected` under other names.
         fix  5 │ prefs = jsonl("data/prefs.jsonl") |> rename(chosen: .better, rejected: .worse)

        """)
  }

  @Test func factsOfAnotherFileHaveTheirOwnHead() {
    let other = SourceText(name: "losses.recipe", "def dpo(beta: Float) = 1")
    let (diagnostic, source) = Self.dataset(other: other)
    let picture = DiagnosticRenderer().render(diagnostic, in: source)
    #expect(
      picture.contains(
        "   ├─ losses.recipe:1:5\n 1 │ def dpo(beta: Float) = 1\n   │     ──── declared here\n"))
    #expect(picture.contains("   │                these rows\n"))
  }

  @Test func aFailedCheckShowsTheValueOfEachPartBelowIt() {
    let source = SourceText(
      name: "sft.recipe", String(repeating: "\n", count: 21) + "check(report.ppl < 12)")
    func part(_ start: Int, _ text: String) -> Diagnostic.Label {
      Diagnostic.Label(SourceRange(start, start + 1), text)
    }
    let diagnostic = Diagnostic(
      .checkFailed, "check failed: too high", at: SourceRange(27, 42), label: "false",
      secondary: [
        part(27, "tuned on data.test, 1,016 rows"), part(34, "14.31"), part(38, "false"),
      ], notes: ["Look at the data."])
    #expect(
      DiagnosticRenderer().render(diagnostic, in: source) == """
        check failed[E0602]: too high  sft.recipe:22
           report.ppl < 12
           │      │   │
           │      14.31
           │          false
           tuned on data.test, 1,016 rows
           = Look at the data.

        """)
  }

  @Test func longNotesAreFolded() {
    let source = SourceText(name: "a", "x")
    let diagnostic = Diagnostic(
      .unknownName, "no", at: SourceRange(0, 1), label: "x", notes: ["one two three four five six"])
    #expect(
      DiagnosticRenderer(width: 40).render(diagnostic, in: source).hasSuffix(
        """
           = one two three four five six

        """))
    let long = Diagnostic(
      .unknownName, "no", at: SourceRange(0, 1), label: "x",
      notes: ["a note that is longer than forty columns are"])
    #expect(
      DiagnosticRenderer(width: 40).render(long, in: source).hasSuffix(
        """
           = a note that is longer than forty
             columns are

        """))
  }

  @Test func coloursOnlyWhenAskedFor() {
    let (diagnostic, source) = Self.dataset()
    let plain = DiagnosticRenderer().render(diagnostic, in: source)
    let painted = DiagnosticRenderer(usesColor: true).render(diagnostic, in: source)
    #expect(!plain.contains("\u{1B}") && painted.hasPrefix("\u{1B}[1;31merror[E0112]\u{1B}[0m"))
    let bare = painted.split(separator: "\u{1B}[").map { $0.drop { $0 != "m" }.dropFirst() }
    #expect(bare.joined() == plain)
  }

  @Test func jsonHasEveryPart() throws {
    let source = SourceText(name: "a\"b", "f(é, lr = 1)")
    let json = DiagnosticRenderer.json(Parser.parse(source).diagnostics, in: source)
    let parsed = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
    let primary = try #require(parsed.last?["primary"] as? [String: Any])
    #expect(primary["file"] as? String == "a\"b")
    #expect(primary["start"] as? Int == 9 && primary["column"] as? Int == 9)
    #expect((parsed.last?["fix"] as? [String: Any])?["replacement"] as? String == ":")
  }

  @Test func manyAreCounted() {
    let source = SourceText(
      name: "m", String(repeating: "a &&\n", count: 1) + String(repeating: "x = 'a'\n", count: 30))
    let picture = DiagnosticRenderer(limit: 5).render(Parser.parse(source).diagnostics, in: source)
    #expect(picture.hasSuffix("… and 27 more\n"))
  }

  @Test func widths() {
    #expect(DisplayWidth.of("abc") == 3)
    #expect(DisplayWidth.of("漢字") == 4)
    #expect(DisplayWidth.of("e\u{301}🙂👨‍👩‍👧") == 5)
    #expect(DisplayWidth.of("│─…é") == 4)
  }
}
