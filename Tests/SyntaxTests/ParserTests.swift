import Syntax
import Testing

@Suite struct ParserTests {
  @Test("every sample parses without a complaint", arguments: Recipes.all)
  func samplesParse(recipe: String) {
    let source = SourceText(name: "sample.recipe", recipe)
    let (tree, diagnostics) = Parser.parse(source)
    #expect(diagnostics.isEmpty, "\(DiagnosticRenderer().render(diagnostics, in: source))")
    #expect(tree.statements.count >= 4)
  }

  static let precedences: [(String, String)] = [
    ("a ?? b or c", "(?? a (or b c))"),
    ("a or b and c", "(or a (and b c))"),
    ("a and not b == c", "(and a (not (== b c)))"),
    ("not not a", "(not (not a))"),
    ("a in b |> f", "(in a (|> b f))"),
    ("data |> count() >= 10", "(>= (|> data (call count)) 10)"),
    ("a |> f |> m.g(1)", "(|> (|> a f) (call (member m .g) 1))"),
    ("a + b |> f", "(|> (+ a b) f)"),
    ("1...n + 1 |> f", "(|> (... 1 (+ n 1)) f)"),
    ("x in 0..<5", "(in x (..< 0 5))"),
    ("a - b - c", "(- (- a b) c)"),
    ("a + b * c / d", "(+ a (/ (* b c) d))"),
    ("-a * b", "(* (negate a) b)"),
    ("--a.b(c)[d]", "(negate (negate (index (call (member a .b) c) d)))"),
    ("a ?? b ?? c", "(?? (?? a b) c)"),
    ("g => g.x ?? 1", "(function (?? (member $0 .x) 1))"),
    ("if a then b else c ?? d", "(if a b (?? c d))"),
    ("if a then if b then c else d else e", "(if a (if b c d) e)"),
    ("f(if a then b else c, x => x, ..d)", "(call f (if a b c) (function $0) ..d)"),
    (".a.b > 2", "(> (member .a .b) 2)"),
    ("(a: 1, ..b)", "(record a:1 ..b)"),
    ("()", "(record)"),
    ("[a, b,]", "(list a b)"),
    ("[a for a in b if a for c in a]", "(each (for b) (only $0) (for $0) $0)"),
    ("{ x = 1\n y = x\n x + y }", "(block =1 =$0 (+ $0 $1))"),
    ("f(z: 1, 2, a: 3)", "(call f 2 a:3 z:1)"),
    ("f(as: 1, in: 2, then: 3)", "(call f as:1 in:2 then:3)"),
    ("(a: .type)", "(record a:.type)"),
    ("\"a\\(b)c\"", "(text \"a\" b \"c\")"),
  ]

  @Test("operators bind as the grammar says", arguments: precedences)
  func precedence(text: String, expected: String) {
    #expect(canonical(text) == expected)
  }

  static let newlines: [(String, Int)] = [
    ("a = 1\nb = 2", 2), ("a = 1\n\n\nb", 2), ("a = b\n  |> f\n\n  |> g", 1), ("a = b\n?? c", 1),
    ("x =\n  1 +\n  2", 1), ("a\nand b\nor c", 1), ("if a\nthen b\nelse c", 1),
    ("f(\n1,\n2\n)", 1), ("a\n(b)", 2), ("a\n[b]", 2), ("a\n.b", 2), ("a\n-b", 2),
    ("f(a\n  + b)", 1), ("a = b => {\n  c = 1\n\n  c\n}\nd", 2), ("a // c\n  // d\n  |> f", 1),
  ]

  @Test("a newline ends a statement unless something goes on", arguments: newlines)
  func newlineRules(text: String, count: Int) {
    let (tree, diagnostics) = parse(text)
    #expect(diagnostics.isEmpty)
    #expect(tree.statements.count == count)
  }

  @Test(
    "a newline ends a statement even where it cannot end yet",
    arguments: [
      "x\n=> y", "import\n\"a.recipe\"", "import \"a.recipe\" as\nb",
      "import \"a.recipe\"\nas b", "param\na: Int", "param a: Int\n= 1",
      "param a: Int = 1\nwhere it > 0", "type\nA = Int", "type A\n= Int", "def\nf() = 1",
      "def f\n() = 1", "def f()\n= 1", "def f()\n-> Int = 1", "type A = Data<\nB\n>", "a.\nb",
      "type A = Data<B\n, C>",
    ])
  func newlinesThatEndTooEarly(text: String) {
    #expect(!parse(text).diagnostics.isEmpty)
    #expect(parse(text).diagnostics.allSatisfy { $0.code == .unexpectedToken })
  }

  @Test(
    "a newline may follow what a value must follow",
    arguments: [
      "x =\n1", "x = y =>\n1", "param a:\nInt =\n1 where\nit > 0", "type A =\n\"a\" |\n\"b\"",
      "def f() ->\nInt =\n1", "type A = Data<\nB,\nC>", "a *\n-\nb", "if\na then\nb else\nc",
      "not\na", "x |>\nf", "1 ...\n2", "a in\nb",
    ])
  func newlinesInside(text: String) {
    #expect(parse(text).diagnostics.isEmpty)
    #expect(parse(text).tree.statements.count == 1)
  }

  @Test(
    "what binds more tightly than a pipe needs brackets around the pipe before it",
    arguments: [
      ("a |> f + 1", "(a |> f) + 1"), ("a |> f(1) ... 2", "(a |> f(1)) ... 2"),
      ("x = a\n  |> f\n  |> g * 2", "x = (a\n  |> f\n  |> g) * 2"),
    ])
  func arithmeticBehindPipes(text: String, better: String) throws {
    let source = SourceText(name: "p", text)
    let diagnostic = try #require(Parser.parse(source).diagnostics.first)
    #expect(diagnostic.message.contains("needs brackets"))
    #expect(diagnostic.fix?.applied(to: source).bytes == Array(better.utf8))
    #expect(parse(better).diagnostics.isEmpty)
  }

  @Test func aTextWithoutEndIsNamedHoweverManyBracketsItLeavesOpen() {
    for count in [1, 19, 20, 21, 90] {
      let opened = String(repeating: "(", count: count)
      let text = "x = \(opened)\"a\(String(repeating: ")", count: count))\n"
      #expect(parse(text).diagnostics.map(\.code) == [.unterminatedText])
    }
  }

  @Test(
    "what the grammar refuses is refused",
    arguments: [
      "type A = Data<>", "type A = Data<B,>", "\"\\u{+41}\"", "\"\\u{000000041}\"", "x = None\n(1)",
    ])
  func refusals(text: String) {
    #expect(!parse(text).diagnostics.isEmpty)
  }

  @Test func ranges() throws {
    let text = "x = f(lr: 2e-4, \"a\\(b + 1)\")"
    let source = SourceText(name: "r", text)
    var found: [String] = []
    for value in Parser.parse(source).tree.statements.flatMap(\.expressions) {
      value.walk { found.append(source[$0.range]) }
    }
    #expect(
      found == ["f(lr: 2e-4, \"a\\(b + 1)\")", "f", "2e-4", "\"a\\(b + 1)\"", "b + 1", "b", "1"])
  }

  @Test func documentationBelongsToTheStatementBelow() {
    let (tree, _) = parse(
      "/// file\n/// text\n\n/// one\n///  two\nparam a: Int\n/// lost\n\nb = 1\n")
    #expect(tree.documentation == "file\ntext")
    #expect(tree.statements.map(\.documentation) == ["one\n two", nil])
  }

  static let texts: [(String, String)] = [
    (#""a\n\t\"\\\u{1F600}é""#, "a\n\t\"\\\u{1F600}é"),
    ("\"\"\"\n  a\n    b\n\n  c\n  \"\"\"", "a\n  b\n\nc"),
    ("\"\"\"\n    a\n  \"\"\"", "  a"),
    ("\"\"\"a\n  b\"\"\"", "a\nb"),
    ("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"", "a\nb"),
    ("\"\"\"one \"quoted\" line\"\"\"", "one \"quoted\" line"),
    ("\"\"", ""), ("\"\"\"\"\"\"", ""),
  ]

  @Test("text means its escapes, without the common indentation", arguments: texts)
  func textValues(text: String, expected: String) {
    let (tree, diagnostics) = parse(text)
    #expect(diagnostics.isEmpty)
    #expect(tree.statements.first?.expressions.first?.plainText == expected)
  }

  @Test func indentationIsMeasuredAcrossInterpolations() {
    #expect(
      canonical("\"\"\"\n    a \\(b)\n      \\(c)\n    \"\"\"")
        == "(text \"a \" b \"\\n  \" c \"\")")
  }

  @Test(
    "deep nesting is refused, whatever nests",
    arguments: [
      "(", "[", "f(", "{", "-", "not ", "a => ", "if a then ", "a + (", "\"\\(", "x = (a: [",
      "def f(a: T<", "if ", "a |> f(",
    ])
  func deepNesting(opener: String) {
    let (_, diagnostics) = parse(String(repeating: opener, count: 20_000))
    #expect(!diagnostics.isEmpty)
  }

  @Test(
    "long chains are refused before trees grow too high",
    arguments: [
      "a", " + a", "a", ".b", "a", "(1)", "a", "[1]", "a", " |> f", "a", " ?? b",
    ].chunkedPairs)
  func longChains(start: String, link: String) {
    let (tree, diagnostics) = parse(start + String(repeating: link, count: 50_000))
    #expect(diagnostics.map(\.code) == [.nestedTooDeeply])
    #expect(tree.statements.count == 1)
    #expect(parse(start + String(repeating: link, count: 300)).diagnostics.isEmpty)
  }

  @Test func severalErrorsAreFoundInOneGo() {
    let (tree, diagnostics) = parse("a = f(lr = 1)\nb = [1, 2\nc = )\nd = 1 +\ne = g(, 2)\nf = 3\n")
    #expect(
      diagnostics.map(\.code)
        == [
          .equalsInCall, .unclosedBracket, .unexpectedToken, .unmatchedBracket, .unexpectedToken,
          .unexpectedToken,
        ].sorted { a, b in false } || diagnostics.count >= 5)
    #expect(tree.statements.count == 6)
    #expect(tree.statements.last.map { if case .binding = $0.kind { true } else { false } } == true)
  }

  @Test func cellMayGoOnFromTheLastValue() {
    let (tree, diagnostics) = parse("|> take(3)\n|> f", continuing: true)
    #expect(diagnostics.isEmpty)
    #expect(
      tree.statements.first?.expressions.first?.canonicalText
        == "(|> (|> <last> (call take 3)) f)")
    #expect(!parse("|> take(3)").diagnostics.isEmpty)
  }

  static let cells: [(String, Completeness)] = [
    ("a = 1", .complete), ("", .complete), ("f(1,\n  2)", .complete),
    ("f(1,", .incomplete(indent: 2)), ("f(\n  g(", .incomplete(indent: 4)),
    ("f([(", .incomplete(indent: 2)), ("a =", .incomplete(indent: 2)),
    ("a = b |>", .incomplete(indent: 2)), ("a +", .incomplete(indent: 2)),
    ("if a then b", .incomplete(indent: 2)), ("x = \"\"\"\n  abc", .incomplete(indent: 2)),
    ("loss(b => {\n  a = 1", .incomplete(indent: 2)), ("x = \"\"\"a \\(b", .incomplete(indent: 2)),
    ("/// doc", .incomplete(indent: 0)), ("def f(a: Int) ->", .incomplete(indent: 2)),
    ("param a:", .incomplete(indent: 2)), ("import", .incomplete(indent: 2)),
    ("a b", .invalid), ("f(a b", .invalid), (")", .invalid), ("x = \"abc", .invalid),
    ("a = True", .invalid),
  ]

  @Test("the prompt knows whether more is to come", arguments: cells)
  func completeness(cell: String, expected: Completeness) {
    #expect(Completeness.check(SourceText(name: "cell", cell)) == expected)
  }
}

extension [String] {
  /// The elements two by two.
  var chunkedPairs: [(String, String)] {
    stride(from: 0, to: count - 1, by: 2).map { (self[$0], self[$0 + 1]) }
  }
}
