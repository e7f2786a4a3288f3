import Syntax
import Testing

@Suite struct FormatterTests {
  static func format(_ text: String) -> String? {
    Formatter.format(SourceText(name: "f", text))
  }

  @Test("every sample is stable under formatting, and means the same", arguments: Recipes.all)
  func samplesAreStable(recipe: String) throws {
    let once = try #require(Self.format(recipe))
    let twice = try #require(Self.format(once))
    #expect(once == twice)
    #expect(parse(once).tree.canonicalText == parse(recipe).tree.canonicalText)
    #expect(comments(of: once) == comments(of: recipe))
    #expect(words(of: once) == words(of: recipe))
    #expect(
      once.split(separator: "\n").allSatisfy {
        $0.count <= 100 || $0.contains("\"") || $0.contains("//")
      })
  }

  static let table: [(String, String)] = [
    ("a   =  1\n\n\n\nb=f( x ,y:2 ,)", "a = 1\n\nb = f(x, y: 2)\n"),
    ("a = 1 // 4\u{604} \t\n", "a = 1  // 4\u{604}\n"),
    ("x = a|>f|>g( 1 )", "x = a |> f |> g(1)\n"),
    ("x = a\n|> f |> g", "x = a\n  |> f\n  |> g\n"),
    (
      "def f( _ a:Int=1,b : Data< (x:Text?) ,Int > )->Loss<A> =-a*(b - -c)",
      "def f(_ a: Int = 1, b: Data<(x: Text?), Int>) -> Loss<A> = -a * (b - -c)\n"
    ),
    ("def f() =\n  1", "def f() =\n  1\n"),
    ("r = 1 ... n+1", "r = 1...n + 1\n"),
    ("f(..  .a)", "f(.. .a)\n"),
    ("f = x=>{ x }", "f = x => { x }\n"),
    ("f = x => {\ny = x\n\n\n// why\ny\n}", "f = x => {\n  y = x\n\n  // why\n  y\n}\n"),
    ("l = loss(1, step: b => {\n a = b\n a })", "l = loss(1, step: b => {\n  a = b\n  a\n})\n"),
    ("a = [1, // one\n2]", "a = [\n  1,  // one\n  2,\n]\n"),
    ("a = f(\n// first\nx\n// last\n)", "a = f(\n  // first\n  x,\n  // last\n)\n"),
    ("a = b // why\n\n\n// end", "a = b  // why\n\n// end\n"),
    ("a = () + []", "a = () + []\n"),
    ("a = [1\n// c\n,\n]", "a = [\n  1,\n  // c\n]\n"),
    ("a = [1 // b\n, // c\n// d\n]", "a = [\n  1,  // b\n  // c\n  // d\n]\n"),
    ("a = [1\n// b\n, // c\n]", "a = [\n  1,\n  // b\n  // c\n]\n"),
    (
      "f(b => {\na = b\na } // c\n,)", "f(\n  b => {\n    a = b\n    a\n  },  // c\n)\n"
    ),
    ("f(a\n// b\n, // c\n// d\ne)", "f(\n  a,\n  // b\n  // c\n  // d\n  e,\n)\n"),
    ("f(a // b\n, // c\n\ne)", "f(\n  a,  // b\n\n  // c\n  e,\n)\n"),
    ("x = a.then(1)-b.in-.or*.if", "x = a.then(1) - b.in - .or * .if\n"),
    ("x = [a.for for b in c.if if b.not]", "x = [a.for for b in c.if if b.not]\n"),
    (
      "param x: \"a\"|\"b\" = \"a\"where x in  [ \"a\" ]",
      "param x: \"a\" | \"b\" = \"a\" where x in [\"a\"]\n"
    ),
    ("t = \"\"\"\n   a\n  b \\( c )\n  \"\"\"", "t = \"\"\"\n   a\n  b \\( c )\n  \"\"\"\n"),
    ("", ""), ("\n\n// only\n", "// only\n"),
  ]

  @Test("one style", arguments: table)
  func style(text: String, expected: String) {
    #expect(Self.format(text) == expected)
    #expect(Self.format(expected) == expected)
  }

  @Test func longListsBreakOnePerLine() {
    let call =
      "x = train(on: data.train, with: dpo(beta: beta), budget: 2epochs, batch: 64, lr: cosine(peak: lr), watch: test)"
    #expect(
      Self.format(call) == """
        x = train(
          on: data.train,
          with: dpo(beta: beta),
          budget: 2epochs,
          batch: 64,
          lr: cosine(peak: lr),
          watch: test,
        )

        """)
  }

  @Test func longPipesBreakOnePerLine() {
    let pipe =
      "x = jsonl(\"data/chats.jsonl\") |> select(prompt: .question, response: .answer) |> filter(length(.response) > 0)"
    #expect(
      Self.format(pipe) == """
        x = jsonl("data/chats.jsonl")
          |> select(prompt: .question, response: .answer)
          |> filter(length(.response) > 0)

        """)
  }

  @Test(
    "deep nesting takes no longer than its length", arguments: ["f(b => {\n", "f([", "(", "{\n"])
  func deepNesting(opener: String) throws {
    let closers = opener.reversed().compactMap { ["(": ")", "[": "]", "{": "\n}"][$0] }.joined()
    let depth = 30
    let text =
      String(repeating: opener, count: depth) + "a" + String(repeating: closers, count: depth)
    let once = try #require(Self.format(text))
    #expect(Self.format(once) == once)
  }

  /// Where neither a bracket nor a pipe breaks a line, it breaks behind a sign or an operator.
  @Test func longLinesBreakBehindSigns() {
    let name = String(repeating: "a", count: 60)
    #expect(Self.format("x = \(name) * \(name)") == "x = \(name) *\n  \(name)\n")
    #expect(Self.format("\(name) = \(name)") == "\(name) =\n  \(name)\n")
    #expect(Self.format("\(name) == \(name)") == "\(name) ==\n  \(name)\n")
    #expect(
      Self.format("param \(name): Int = 1 where \(name)")
        == "param \(name): Int = 1 where\n  \(name)\n")
    #expect(
      Self.format("type A = \"\(name)\" | \"\(name)\"")
        == "type A = \"\(name)\" |\n  \"\(name)\"\n")
    // The comma that a broken list gets counts too.
    let value = String(repeating: "b", count: 100 - 2 - 60 - 4)
    #expect(Self.format("f(\(name) => \(value))") == "f(\n  \(name) =>\n    \(value),\n)\n")
    let chain = "x = a\(String(repeating: ".then.or.in", count: 12))"
    #expect(Self.format(chain) == chain + "\n", "words behind dots are names")
    let text = "\"\(String(repeating: "t", count: 120))\""
    #expect(Self.format("x = \(text)") == "x = \(text)\n", "no line is long enough")
  }

  @Test func wrongTextIsLeftAlone() {
    #expect(Self.format("a = (") == nil)
    #expect(Formatter.format(SourceText(name: "c", "|>f"), continuing: true) == "|> f\n")
  }
}

/// The comments of a recipe in order, without the white space behind them.
func comments(of text: String) -> [String] {
  let source = SourceText(name: "c", text)
  return Lexer.tokens(of: source.bytes).compactMap { token in
    guard token.kind == .comment || token.kind == .documentation else { return nil }
    var text = source[token.range]
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}

/// The tokens of a recipe without trivia and commas, as text.
func words(of text: String) -> [String] {
  let source = SourceText(name: "w", text)
  return Lexer.tokens(of: source.bytes).compactMap { token in
    switch token.kind {
    case .space, .newline, .comment, .documentation, .symbol(.comma): nil
    default: source[token.range]
    }
  }
}
