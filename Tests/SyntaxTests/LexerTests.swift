import Syntax
import Testing

@Suite struct LexerTests {
  /// The tokens that are not white space, written `kind:text`.
  static func kinds(_ text: String) -> [String] {
    let source = SourceText(name: "l", text)
    return Lexer.tokens(of: source.bytes).compactMap { token in
      let piece = source[token.range]
      switch token.kind {
      case .space: return nil
      case .newline: return "newline"
      case .comment: return "comment:" + piece
      case .documentation: return "documentation:" + piece
      case .name: return "name:" + piece
      case .label: return "label:" + piece
      case .keyword(let keyword): return "keyword:" + keyword.rawValue
      case .number(let length):
        let unit = Int(length)
        return "number:\(piece.dropLast(unit))|\(piece.suffix(unit))"
      case .symbol(let symbol): return symbol.rawValue
      case .textStart(let isMultiline): return isMultiline ? "text3" : "text"
      case .textLiteral: return "literal:" + piece
      case .textEnd: return "end"
      case .interpolationStart: return "\\("
      case .interpolationEnd: return "\\)"
      case .foreignText: return "foreign:" + piece
      case .foreignComment: return "hash:" + piece
      case .semicolon: return ";"
      case .unknown: return "unknown:" + piece
      case .endOfFile: return "eof"
      }
    }
  }

  static let table: [(String, [String])] = [
    ("2epochs 500steps", ["number:2|epochs", "number:500|steps"]),
    ("3% 90min 16GiB", ["number:3|%", "number:90|min", "number:16|GiB"]),
    ("2_000 0.5 1e-4 1.5E3x", ["number:2_000|", "number:0.5|", "number:1e-4|", "number:1.5E3|x"]),
    ("5e 5e-x", ["number:5|e", "number:5|e", "-", "name:x"]),
    ("0...4 0..<4", ["number:0|", "...", "number:4|", "number:0|", "..<", "number:4|"]),
    ("1.x 1.5.x", ["number:1|", ".", "name:x", "number:1.5|", ".", "name:x"]),
    ("as: in : if", ["label:as", ":", "label:in", ":", "keyword:if"]),
    ("a := b", ["name:a", ":=", "name:b"]),
    ("a|>b=>c->d??e", ["name:a", "|>", "name:b", "=>", "name:c", "->", "name:d", "??", "name:e"]),
    ("..a .b", ["..", "name:a", ".", "name:b"]),
    ("\"a\\(b)c\"", ["text", "literal:a", "\\(", "name:b", "\\)", "literal:c", "end"]),
    (
      "\"\\((f(\")\")))\"",
      ["text", "\\(", "(", "name:f", "(", "text", "literal:)", "end", ")", ")", "\\)", "end"]
    ),
    ("\"\"\"a\"b\n\"\"\"", ["text3", "literal:a\"b\n", "end"]),
    ("\"a\nb", ["text", "literal:a", "newline", "name:b"]),
    ("\"\\(a\nb", ["text", "\\(", "name:a", "newline", "name:b"]),
    ("\"a\\\"b\\\\\"c", ["text", "literal:a\\\"b\\\\", "end", "name:c"]),
    (
      "a//b\n///c\n////d",
      ["name:a", "comment://b", "newline", "documentation:///c", "newline", "comment:////d"]
    ),
    ("# x\n'a' 'b", ["hash:# x", "newline", "foreign:'a'", "unknown:'", "name:b"]),
    ("a;b && c", ["name:a", ";", "name:b", "&&", "name:c"]),
    ("é漢 a", ["unknown:é漢", "name:a"]), ("_3 _", ["name:_3", "name:_"]),
    ("a\0-b", ["name:a", "unknown:\0", "-", "name:b"]),
    ("import imports", ["keyword:import", "name:imports"]),
  ]

  @Test("tokens are cut as the table says", arguments: table)
  func cutting(text: String, expected: [String]) {
    #expect(Self.kinds(text) == expected)
  }

  @Test func everyByteIsKept() {
    for bytes in [[0xFF, 0xFE, 0x22, 0xC3], Array(0...255), [0xEF, 0xBB, 0xBF, 0x61]] as [[UInt8]] {
      #expect(Lexer.tokens(of: bytes).flatMap { bytes[$0.start..<$0.end] } == bytes)
    }
  }

  @Test func wordsAreColoured() {
    let source = SourceText(name: "h", "x = f(a: .b, 2epochs).c // d")
    let spans = Highlight.spans(in: source).map { "\(source[$0.range]) \($0.kind.rawValue)" }
    #expect(
      spans == [
        "x name", "= operator", "f call", "( punctuation", "a label", ": punctuation",
        ". punctuation", "b column", ", punctuation", "2 number", "epochs unit", ") punctuation",
        ". punctuation", "c member", "// d comment",
      ])
  }
}
