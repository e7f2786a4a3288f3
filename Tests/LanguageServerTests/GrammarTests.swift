import Foundation
import JSON
import Language
import LanguageServer
import Syntax
import Testing
import Vocabulary

/// What `roux editor vscode` writes.
@Suite("Files for editors") struct GrammarTests {
  private let files = Dictionary(
    uniqueKeysWithValues: VSCodeExtension(Client.lexicon, version: "1.2.3").files.map {
      ($0.path, $0.text)
    })

  private func json(_ path: String) throws -> JSONValue {
    try JSONValue(parsing: try #require(files[path]))
  }

  @Test func theFolderHoldsTogether() throws {
    let manifest = try json("package.json")
    #expect(manifest["version"] == "1.2.3")
    #expect(manifest["dependencies"]?["vscode-languageclient"] != nil)
    let language = manifest["contributes"]?["languages"]?.list?.first
    #expect(language?["extensions"] == [".recipe"])
    for path in [
      manifest["main"], language?["configuration"],
      manifest["contributes"]?["grammars"]?.list?.first?["path"],
    ] {
      #expect(files[String(try #require(path?.text).dropFirst(2))] != nil)
    }
    #expect(try json("language-configuration.json")["comments"]?["lineComment"] == "//")
    #expect(files["extension.js"]?.contains("args: [\"lsp\"]") == true)
  }

  @Test func theFolderIsWritten() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try VSCodeExtension(Client.lexicon, version: "1").write(to: folder)
    let grammar = folder.appending(path: "syntaxes/roux.tmLanguage.json")
    #expect(try JSONValue(parsing: Array(Data(contentsOf: grammar)))["scopeName"] == "source.roux")
  }

  // MARK: The grammar

  /// Every regular expression of the grammar, with the scope that it gives.
  private func patterns(_ value: JSONValue) -> [(pattern: String, scope: String)] {
    let own = ["match", "begin", "end"].compactMap { key in
      value[key]?.text.map { ($0, value["name"]?.text ?? "") }
    }
    let inner = (value.list ?? []) + (value.object?.values ?? [])
    return own + inner.flatMap(patterns)
  }

  /// The scope that the grammar gives a text on a line, by the rules in their order; nothing is
  /// known of texts over several lines here.
  private func scope(of text: String, in line: String) throws -> String? {
    let grammar = try json("syntaxes/roux.tmLanguage.json")
    let place = try #require(line.range(of: text))
    let whole = NSRange(line.startIndex..., in: line)
    let wanted = NSRange(place, in: line)
    for include in grammar["patterns"]?.list ?? [] {
      let name = String(include["include"]?.text?.dropFirst() ?? "")
      for rule in grammar["repository"]?[name]?["patterns"]?.list ?? [] {
        let regex = try NSRegularExpression(
          pattern: rule["match"]?.text ?? rule["begin"]?.text ?? "")
        for match in regex.matches(in: line, range: whole) {
          if match.range == wanted, let scope = rule["name"]?.text { return scope }
          for (group, capture) in rule["captures"]?.object?.pairs ?? JSONObject().pairs
          where match.range(at: Int(group) ?? 0) == wanted {
            return capture["name"]?.text
          }
        }
      }
    }
    return nil
  }

  @Test func everyPatternCompiles() throws {
    let all = patterns(try json("syntaxes/roux.tmLanguage.json"))
    #expect(all.count > 20)
    for one in all {
      #expect(throws: Never.self) { try NSRegularExpression(pattern: one.pattern) }
    }
  }

  @Test(arguments: Token.Keyword.allCases)
  func everyKeywordIsColoured(_ keyword: Token.Keyword) throws {
    let scope = try scope(of: keyword.rawValue, in: "a \(keyword.rawValue) b")
    #expect(scope?.hasPrefix("keyword.") == true || scope == "constant.language.roux")
    #expect(
      try self.scope(of: "x\(keyword.rawValue)", in: "x\(keyword.rawValue) b")
        == "variable.other.roux")
    let label = try self.scope(of: keyword.rawValue, in: "f(\(keyword.rawValue): 1)")
    #expect(label == "variable.parameter.label.roux")
  }

  @Test(arguments: Vocabulary.Unit.spellings.keys.sorted())
  func everyUnitIsColoured(_ unit: String) throws {
    #expect(try scope(of: unit, in: "x = 1_2.5e-3\(unit), y") == "keyword.other.unit.roux")
    #expect(try scope(of: "1_2.5e-3", in: "x = 1_2.5e-3\(unit), y") == "constant.numeric.roux")
  }

  @Test func everyWordAndOperatorIsColoured() throws {
    for word in Client.lexicon.words {
      #expect(try scope(of: word, in: "9 \(word)(") == "support.function.roux")
    }
    for symbol in ["|>", "=>", "..<", "...", "..", "??", "<=", "->", "/", "+"] {
      #expect(try scope(of: symbol, in: "a \(symbol) b") == "keyword.operator.roux", "\(symbol)")
    }
    #expect(try scope(of: "Data", in: "x: Data<Row>") == "support.type.roux")
    #expect(try scope(of: "prompt", in: "filter(.prompt)") == "variable.other.column.roux")
    #expect(try scope(of: "train", in: "parts.train + 1") == "variable.other.member.roux")
    #expect(try scope(of: "// a", in: "x // a") == "comment.line.double-slash.roux")
    #expect(try scope(of: "/// a", in: "/// a") == "comment.line.documentation.roux")
  }
}
