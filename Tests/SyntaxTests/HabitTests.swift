import Syntax
import Testing

@Suite struct HabitTests {
  static let table: [(String, DiagnosticCode, String, String?)] = [
    ("f(lr = 2e-5)", .equalsInCall, "a label in a call is followed by `:`", "f(lr: 2e-5)"),
    ("(a: 1, b = 2)", .equalsInCall, "a label in a record is followed by `:`", "(a: 1, b: 2)"),
    ("a && b", .foreignOperator, "`&&` is written `and` here", "a and b"),
    ("a || b", .foreignOperator, "`||` is written `or` here", "a or b"),
    ("x = !a", .foreignOperator, "`!` is written `not` here", "x = not a"),
    ("a ** b", .foreignOperator, "there is no operator `**`", nil),
    ("a % b", .foreignOperator, "there is no remainder operator", nil),
    ("x = None", .foreignLiteral, "`None` is written `none` here", "x = none"),
    ("f(True)", .foreignLiteral, "`True` is written `true` here", "f(true)"),
    ("f(a: False)", .foreignLiteral, "`False` is written `false` here", "f(a: false)"),
    ("x = null", .foreignLiteral, "`null` is written `none` here", "x = none"),
    (
      "f(lambda x: x + 1)", .foreignLambda, "a function of one value is written `x => …`",
      "f(x => x + 1)"
    ),
    (
      "f((x) => x)", .foreignLambda, "the parameter of a function stands without brackets",
      "f(x => x)"
    ),
    ("f((a, b) => a)", .foreignLambda, "a function here takes one value", nil),
    ("f(x -> x)", .foreignLambda, "a function of one value is written `x => …`", "f(x => x)"),
    (
      "x = f\"a {b}\"", .foreignText, "values stand in text as `\\(value)`, without a prefix",
      "x = \"a \\(b)\""
    ),
    ("x = 'it\"s'", .foreignText, "text stands between double quotes", "x = \"it\\\"s\""),
    ("for x in xs:\n  print(x)\n", .foreignStatement, "there are no loops", nil),
    ("while x > 1:\n  y = 2\n  f(y)\n", .foreignStatement, "there are no loops", nil),
    ("if x > 1:\n  y\n", .foreignConditional, "`if` is a value here: `if c then a else b`", nil),
    (
      "x = a ? b : c", .foreignConditional, "a choice is written `if c then a else b`",
      "x = if a then b else c"
    ),
    ("let x = 1", .foreignBinding, "a name is bound without `let`", "x = 1"),
    ("var x = 1", .foreignBinding, "a name is bound without `var`", "x = 1"),
    ("x += 1", .foreignBinding, "nothing is ever reassigned", nil),
    ("x: 1", .foreignBinding, "a name is bound with `=`", "x = 1"),
    (
      "def f(x):\n  y = 1\n  return x\n", .foreignDefinition,
      "a function is written `def f(x: Type) = value`", nil
    ),
    (
      "def f(x, y) -> int:\n  return x\n", .foreignDefinition,
      "a function is written `def f(x: Type) = value`", nil
    ),
    ("return x", .foreignStatement, "there is no `return`", nil),
    ("# a\nx = 1", .foreignComment, "a comment begins with `//`", "// a\nx = 1"),
    ("x = 1;", .semicolon, "a statement ends with its line", "x = 1"),
    ("x = 1; y = 2", .semicolon, "a statement ends with its line", "x = 1\ny = 2"),
    (
      "model: tiny\nlora:\n  rank: 8\n  targets: all\nsteps: 500\n", .pastedYAML,
      "this looks like YAML", nil
    ),
    ("x = {\"a\": 1}", .mixedRecord, "a record stands in round brackets", nil),
    ("f(...x)", .misplacedSpread, "a spread is written with two dots", "f(..x)"),
    ("x = .5", .malformedNumber, "a number begins with a digit", "x = 0.5"),
    ("a < b < c", .chainedComparison, "comparisons do not chain", nil),
    ("x |> 3", .pipeTarget, "the right side of `|>` is a function's name or a call", nil),
    ("(1, 2)", .mixedRecord, "the values of a record need labels", nil),
    ("def f(a) = a", .missingLabel, "`a` needs a type", nil),
    ("for = 3", .keywordAsName, "", nil),
    ("x = “a”", .unexpectedCharacter, "`“` is not a quote of the language", nil),
    ("x = \"\\q\"", .invalidEscape, "`\\q` is not an escape", "x = \"\\\\q\""),
    ("f(a b)", .unexpectedToken, "a comma is missing before `b`", "f(a, b)"),
    (
      "import numpy as np", .unexpectedToken,
      "expected the path of a recipe, as text, found `numpy`", nil
    ),
    ("x = 0x1F", .malformedNumber, "`0x1F` is not a number", nil),
    ("b = { x = 1 }", .blockWithoutValue, "a block ends with its value", nil),
  ]

  @Test("a habit from elsewhere gets one answer, and its fix works", arguments: table)
  func habit(text: String, code: DiagnosticCode, message: String, fixed: String?) throws {
    let source = SourceText(name: "h", text)
    let diagnostics = Parser.parse(source).diagnostics
    let picture = DiagnosticRenderer().render(diagnostics, in: source)
    guard code != .keywordAsName else {
      #expect(!diagnostics.isEmpty)
      return
    }
    try #require(diagnostics.count == 1, "\(picture)")
    #expect(diagnostics[0].code == code)
    #expect(diagnostics[0].message == message)
    guard let fixed else { return }
    let result = try #require(diagnostics[0].fix).applied(to: source)
    #expect(result[result.range] == fixed)
    #expect(Parser.parse(result).diagnostics.isEmpty)
  }

  @Test func whatFollowsAHabitIsStillRead() {
    let (tree, diagnostics) = parse(
      "def f(x):\n  return x\n\nfor a in b:\n  c\n\nmodel: a\nlora: 8\n\nx = 1\n")
    #expect(diagnostics.map(\.code) == [.foreignDefinition, .foreignStatement, .pastedYAML])
    guard case .binding(let binding)? = tree.statements.last?.kind else {
      Issue.record("the binding was lost")
      return
    }
    #expect(binding.name.text == "x")
  }

  @Test func theBracketLeftOpenIsNamedByIndentation() throws {
    let source = SourceText(name: "b", "a = f(\n  x,\n  g(y,\n)\nb = 3\n")
    let diagnostics = Parser.parse(source).diagnostics
    #expect(diagnostics.map(\.code) == [.unclosedBracket])
    #expect(source.position(at: try #require(diagnostics.first).primary.range.start).line == 3)
    let second = parse("a = f(x\nb = 3\nc = [\nparam d: Int\n")
    #expect(second.diagnostics.map(\.primary.range.start) == [5, 18])
    #expect(second.tree.statements.count == 4)
  }

  @Test func nearestNames() {
    let names = ["rank", "alpha", "targets", "dropout"]
    #expect(nearest("ranks", in: names) == "rank")
    #expect(nearest("RNAK", in: names) == "rank")
    #expect(nearest("target", in: names) == "targets")
    #expect(nearest("learning_rate", in: names) == nil)
    #expect(nearest("x", in: ["y"]) == nil)
  }
}
