import Foundation
import JSON
import Testing

/// Definitions, uses, renaming.
@Suite("Navigation") struct NavigationTests {
  private func marked(_ part: String, with other: String) -> String {
    Recipes.main.replacing(part, with: other)
  }

  /// The name of the file and the line that an answer points to.
  private func target(_ marked: String) throws -> String {
    let client = try Client(["base.recipe": Recipes.base])
    let answer = client.ask("textDocument/definition", marked)["result"]
    let uri = answer?["uri"]?.text ?? ""
    let line = answer?["range"]?["start"]?["line"]?.int ?? -1
    return (URL(string: uri)?.lastPathComponent ?? "") + ":\(line + 1)"
  }

  @Test func definitionsAreFoundHereThereAndInTheLibrary() throws {
    #expect(try target(marked("on: long(short", with: "on: long(sh§ort")) == "main.recipe:7")
    #expect(try target(marked("lr: lr)", with: "lr: l§r)")) == "main.recipe:4")
    #expect(try target(marked("limit: 1", with: "li§mit: 1")) == "main.recipe:11")
    #expect(try target(marked("> limit", with: "> limi§t")) == "main.recipe:11")
    #expect(try target(marked("\"base.recipe\"", with: "\"ba§se.recipe\"")) == "base.recipe:1")
    #expect(try target(marked("= base(", with: "= ba§se(")) == "base.recipe:1")
    #expect(try target(marked("rank: 4", with: "ra§nk: 4")) == "base.recipe:2")
    #expect(try target(marked("stage.start", with: "stage.st§art")) == "base.recipe:5")
    #expect(try target(marked("sft()", with: "s§ft()")).hasPrefix("losses.recipe:"))
    #expect(try target(marked("train(", with: "tr§ain(")) == ":0")
  }

  @Test func theLibraryIsShownReadOnly() throws {
    let client = try Client(["base.recipe": Recipes.base])
    let answer = client.ask("textDocument/definition", marked("sft()", with: "s§ft()"))
    let uri = try #require(answer["result"]?["uri"]?.text.flatMap(URL.init))
    #expect(try String(contentsOf: uri, encoding: .utf8).contains("def sft("))
    #expect(!FileManager.default.isWritableFile(atPath: uri.path) || getuid() == 0)
    let mode = try FileManager.default.attributesOfItem(atPath: uri.path)[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o444)
  }

  @Test func usesAreFoundAcrossRecipes() throws {
    let client = try Client(["base.recipe": Recipes.base, "main.recipe": Recipes.main])
    let answer = client.ask(
      "textDocument/references", Recipes.base.replacing("start =", with: "sta§rt ="),
      in: "base.recipe", ["context": ["includeDeclaration": true]])
    #expect(answer["result"]?.list?.count == 2)
    let without = client.ask(
      "textDocument/references", Recipes.base.replacing("start =", with: "sta§rt ="),
      in: "base.recipe", ["context": ["includeDeclaration": false]])
    #expect(without["result"]?.list?.count == 1)
    let marks = client.ask("textDocument/documentHighlight", marked("chats =", with: "cha§ts ="))
    #expect(marks["result"]?.list?.map { $0["kind"] } == [3, 2])
  }

  // MARK: Renaming

  /// What recipes are after a renaming, or the words of its refusal.
  private func rename(
    _ name: String, _ marked: String, to new: String, _ others: [String: String]
  ) throws -> (texts: [String: String], refusal: String) {
    let client = try Client(others)
    let answer = client.ask("textDocument/rename", marked, in: name, ["newName": .text(new)])
    var texts = others
    texts[name] = Client.split(marked).text
    let changes = answer["result"]?["changes"]?.object ?? JSONObject()
    for (uri, edits) in changes.pairs {
      let file = URL(string: uri)?.lastPathComponent ?? ""
      texts[file] = applying(edits, to: texts[file] ?? "")
    }
    return (texts, answer["error"]?["message"]?.text ?? "")
  }

  @Test func aNameOfAnImportedRecipeChangesInItsImporters() throws {
    let other = "import \"base.recipe\"\nx = base().start\ny = (base(rank: 2)).start\n"
    let files = ["main.recipe": Recipes.main, "other.recipe": other]
    let (texts, refusal) = try rename(
      "base.recipe", Recipes.base.replacing("start =", with: "sta§rt ="), to: "origin", files)
    #expect(refusal.isEmpty)
    #expect(texts["base.recipe"] == Recipes.base.replacing("start =", with: "origin ="))
    #expect(texts["main.recipe"] == Recipes.main.replacing("stage.start", with: "stage.origin"))
    #expect(texts["other.recipe"] == other.replacing(".start", with: ".origin"))
    let params = try rename(
      "base.recipe", Recipes.base.replacing("rank: rank", with: "rank: ra§nk"), to: "width", files)
    #expect(
      params.texts["base.recipe"]
        == Recipes.base.replacing("param rank", with: "param width")
        .replacing("rank: rank", with: "rank: width"))
    #expect(params.texts["main.recipe"]?.contains("base(width: 4)") == true)
    #expect(params.texts["other.recipe"]?.contains("base(width: 2)") == true)
  }

  @Test func theImporterMayStartIt() throws {
    let (texts, _) = try rename(
      "main.recipe", marked("stage.start", with: "stage.sta§rt"), to: "origin",
      ["base.recipe": Recipes.base])
    #expect(texts["base.recipe"]?.contains("origin = model") == true)
    #expect(texts["main.recipe"]?.contains("stage.origin |>") == true)
  }

  @Test func localNamesParametersAndImportsChange() throws {
    let files = ["base.recipe": Recipes.base]
    let formal = try rename("main.recipe", marked("> limit", with: "> lim§it"), to: "least", files)
    #expect(
      formal.texts["main.recipe"]
        == Recipes.main.replacing("limit: Int", with: "least: Int")
        .replacing("> limit", with: "> least").replacing("limit: 1", with: "least: 1"))
    let alias = try rename("main.recipe", marked("= base(", with: "= ba§se("), to: "first", files)
    #expect(alias.texts["main.recipe"]?.contains("as first\n") == true)
    #expect(alias.texts["main.recipe"]?.contains("= first(rank") == true)
    let path = try rename(
      "main.recipe", "import \"base.recipe\"\nx = ba§se().start\n", to: "b", files)
    #expect(path.texts["main.recipe"] == "import \"base.recipe\" as b\nx = b().start\n")
    let local = try rename(
      "main.recipe", "x = 1\ny = [x + n§ for n in [1, 2] if n > 1]\n", to: "m", files)
    #expect(local.texts["main.recipe"] == "x = 1\ny = [x + m for m in [1, 2] if m > 1]\n")
    let type = try rename(
      "main.recipe", "type Row = (a: Int)\nparam d: Data<Ro§w>\n", to: "Line", files)
    #expect(type.texts["main.recipe"] == "type Line = (a: Int)\nparam d: Data<Line>\n")
  }

  @Test(arguments: [
    ("x§ = 1\ny = x\n", "if", "word of the language"), ("x§ = 1\n", "a b", "not a name"),
    ("x§ = 1\n", "3x", "not a name"), ("x§ = 1\n", "", "not a name"),
    ("x§ = 1\ny = 2\n", "y", "already"), ("x§ = 1\nf = [x + n for n in [1]]\n", "n", "already"),
    ("x§ = 1\ny = upper(\"a\")\n", "upper", "something else"),
    ("x = 1\nf = loss(b§ => b.logp * x)\n", "x", "already"),
    ("def f(a§: Int, b: Int) = a + b\n", "b", "already"),
    ("x = 1\ndef f(a§: Int) = a + x\n", "x", "something else"),
    ("d = rows([(a: 1)])\ne = d |> filter(.a§ > 0)\n", "b", "column"),
    ("x = upp§er(\"a\")\n", "lower", "library"), ("x = (a§: 1)\n", "b", "part of a value"),
    ("x = 1 §\n", "y", "no name"),
  ])
  func clashesAndKeywordsAreRefused(_ text: String, _ new: String, _ words: String) throws {
    let (texts, refusal) = try rename("main.recipe", text, to: new, [:])
    #expect(refusal.contains(words), "\(refusal)")
    #expect(texts["main.recipe"] == Client.split(text).text)
  }

  @Test func aClashInAnImporterIsRefused() throws {
    let main = "import \"base.recipe\" as b\nx = b(rank: 2, lr: 3)\n"
    let base = "param rank: Int = 1\nparam lr: Int = 1\n"
    let (_, refusal) = try rename(
      "base.recipe", base.replacing("rank", with: "ra§nk"), to: "lr", ["main.recipe": main])
    #expect(refusal.contains("already"))
  }

  @Test func whatCanBeRenamedIsToldBefore() throws {
    let client = try Client()
    let name = client.ask("textDocument/prepareRename", "some§thing = 1\n")
    #expect(name["result"]?["placeholder"] == "something")
    #expect(name["result"]?["range"]?["end"]?["character"] == 9)
    let word = client.ask("textDocument/prepareRename", "x = upp§er(\"a\")\n")
    #expect(word["error"]?["message"]?.text?.contains("library") == true)
  }
}
