import Foundation
import JSON
import Language
import Syntax
import Testing

/// Diagnostics, fixes, layout, colours, hints, outline.
@Suite("Features of a document") struct FeatureTests {
  // MARK: Diagnostics

  @Test func diagnosticsComeAndGo() throws {
    let client = try Client(["base.recipe": Recipes.base])
    client.open("main.recipe", Recipes.main)
    #expect(client.messages() == [])
    client.change(
      "main.recipe", [["text": .text(Recipes.main.replacing(".prompt", with: ".promt"))]])
    #expect(client.messages() == ["E0312", "E0312"])
    let first = try #require(client.published["main.recipe"]?["diagnostics"]?.list?.first)
    #expect(first["severity"] == 1 && first["source"] == "roux")
    #expect(first["message"]?.text?.contains("did you mean `.prompt`?") == true)
    let related = first["relatedInformation"]?.list ?? []
    #expect(related.first?["message"] == "these rows")
    #expect(related.first?["location"]?["uri"]?.text == client.uri("main.recipe"))
    client.change("main.recipe", [["text": .text(Recipes.main)]])
    #expect(client.messages() == [])
  }

  @Test func aChangeOfAnImportIsSeenByItsImporters() throws {
    let client = try Client(["base.recipe": Recipes.base])
    client.open("main.recipe", Recipes.main)
    client.open("base.recipe", Recipes.base)
    let renamed = Recipes.base.replacing("start =", with: "origin =")
    client.change("base.recipe", [["text": .text(renamed)]])
    #expect(client.messages() == ["E0305"])
    client.change("base.recipe", [["text": "x = y\n"]])
    let broken = client.published["main.recipe"]?["diagnostics"]?.list?.first
    #expect(broken?["code"] == "E0214")
    let place = broken?["relatedInformation"]?.list?.first?["location"]
    #expect(place?["uri"]?.text == client.uri("base.recipe"))
    client.notify("textDocument/didClose", client.document("base.recipe"))
    #expect(client.messages() == [], "the file is as it was")
    try client.write("base.recipe", renamed)
    client.notify("workspace/didChangeWatchedFiles", ["changes": []])
    #expect(client.messages() == ["E0305"])
  }

  @Test func whatFilesHoldIsReadAgainOnlyAfterAChange() throws {
    let client = try Client(["d.jsonl": "{\"q\": 1}\n"])
    client.open("main.recipe", "d = jsonl(\"d.jsonl\")\nx = d |> filter(.q > 0)\n")
    #expect(client.messages() == [])
    try client.write("d.jsonl", "{\"other\": 1}\n")
    client.notify("textDocument/didSave", client.document("main.recipe"))
    #expect(client.messages() == ["E0312"])
    try FileManager.default.removeItem(at: client.folder.appending(path: "d.jsonl"))
    client.notify("textDocument/didSave", client.document("main.recipe"))
    #expect(client.messages() == ["E0401"])
    try client.write("d.jsonl", "{\"q\": 1}\n")
    client.notify("workspace/didChangeWatchedFiles", ["changes": []])
    #expect(client.messages() == [])
  }

  @Test func aParamWithoutADefaultIsNoMistakeOfWhoWritesIt() throws {
    let client = try Client()
    client.open("main.recipe", "param rows: Path\nd = [rows]\n")
    #expect(client.published["main.recipe"]?["diagnostics"]?.list?.first?["severity"] == 3)
  }

  @Test func fixesAreApplied() throws {
    let text = "d = rows([(score: 1)])\nx = d |> filter(.scor > 0)\ny = uper(\"a\")\n"
    let client = try Client()
    client.open("main.recipe", text)
    let line = { (line: Int, only: [JSONValue]) -> [JSONValue] in
      client.request(
        "textDocument/codeAction",
        [
          "textDocument": ["uri": .text(client.uri("main.recipe"))],
          "range": [
            "start": ["line": .int(line), "character": 0],
            "end": ["line": .int(line), "character": 40],
          ], "context": .object(JSONObject([("diagnostics", []), ("only", .list(only))])),
        ]
      ).items
    }
    let actions = line(1, ["quickfix"])
    #expect(actions.map { $0["title"] } == ["Write `.score`"])
    #expect(actions[0]["diagnostics"]?.list?.first?["code"] == "E0312")
    let edits = actions[0]["edit"]?["changes"]?[client.uri("main.recipe")]
    #expect(applying(edits, to: text) == text.replacing(".scor ", with: ".score "))
    let all = line(0, [])
    #expect(all.map { $0["kind"] } == ["source.fixAll"])
    let fixed = applying(all[0]["edit"]?["changes"]?[client.uri("main.recipe")], to: text)
    client.change("main.recipe", [["text": .text(fixed)]])
    #expect(client.messages() == [])
    #expect(line(1, []).isEmpty)
  }

  // MARK: Layout

  @Test func formattingChangesOnlyTheLinesThatDiffer() throws {
    let text = "a = 1\n// 漢 stays\nb   =  [1,2 ,3]\nc = 3\n"
    let client = try Client()
    client.open("main.recipe", text)
    let edits = client.request("textDocument/formatting", client.document("main.recipe"))
    #expect(edits.items.count == 1)
    #expect(edits.items[0]["range"]?["start"] == ["line": 2, "character": 0])
    #expect(edits.items[0]["range"]?["end"] == ["line": 2, "character": 15])
    let formatted = applying(edits, to: text)
    #expect(formatted == Formatter.format(SourceText(name: "t", text)))
    client.change("main.recipe", [["text": .text(formatted)]])
    #expect(client.request("textDocument/formatting", client.document("main.recipe")) == [])
    client.change("main.recipe", [["text": "a = (\n"]])
    #expect(client.request("textDocument/formatting", client.document("main.recipe")) == [])
  }

  @Test(arguments: ["", "x=1", "x = 1\n\n\n\n", "x = 1\n\n\n\ny=2\n", "\n\nx = 1\n", "x = 1\r\n"])
  func formattingGivesWhatTheFormatterGives(_ text: String) throws {
    let client = try Client()
    client.open("main.recipe", text)
    let edits = client.request("textDocument/formatting", client.document("main.recipe"))
    #expect(applying(edits, to: text) == Formatter.format(SourceText(name: "t", text)))
  }

  @Test func statementsAndCommentsFold() throws {
    let client = try Client()
    client.open("main.recipe", "// a\n// b\nx = [\n  1,\n  2,\n]\ny = 1\n")
    let folds = client.request("textDocument/foldingRange", client.document("main.recipe")).items
    #expect(folds.map { $0["startLine"] } == [2, 0])
    #expect(folds.map { $0["endLine"] } == [5, 1])
    #expect(folds.map { $0["kind"] } == [nil, "comment"])
  }

  // MARK: Meaning

  @Test func theOutlineListsTheNames() throws {
    let client = try Client(["base.recipe": Recipes.base])
    client.open("main.recipe", Recipes.main)
    let symbols = client.request("textDocument/documentSymbol", client.document("main.recipe"))
      .items
    #expect(
      symbols.compactMap { $0["name"]?.text }
        == ["base", "lr", "chats", "short", "stage", "long", "tuned"])
    #expect(symbols.map { $0["kind"] } == [2, 14, 13, 13, 13, 12, 13])
    #expect(symbols[1]["detail"] == "Float")
    #expect(symbols[5]["range"]?["start"]?["line"] == 10)
  }

  @Test func hintsShowTheTypesOfBindings() throws {
    let client = try Client(["base.recipe": Recipes.base])
    client.open("main.recipe", Recipes.main)
    let hints = client.request("textDocument/inlayHint", client.document("main.recipe")).items
    #expect(
      hints.compactMap { $0["label"]?.text } == [
        ": Data<(prompt: Text, response: Text)>", ": Data<(prompt: Text, response: Text)>",
        ": (rank: Int, start: Model<adapted>)", ": Model<adapted>",
      ])
    #expect(hints[0]["position"] == ["line": 5, "character": 5])
    client.change("main.recipe", [["text": "x = nowhere\n"]])
    #expect(client.request("textDocument/inlayHint", client.document("main.recipe")).items.isEmpty)
  }

  @Test func coloursFollowMeaning() throws {
    let client = try Client()
    let text =
      "param n: Int = 1  // 漢\nd = rows([(a: \"😀\")])\ne = d |> filter(n > 0 and .a == \"\"\"\nx\n\"\"\")\n"
    client.open("main.recipe", text)
    let answer = client.request("textDocument/semanticTokens/full", client.document("main.recipe"))
    let legend = client.greeting["capabilities"]?["semanticTokensProvider"]?["legend"]
    let kinds = (legend?["tokenTypes"]?.list ?? []).compactMap(\.text)
    let numbers = (answer["data"]?.list ?? []).compactMap(\.int)
    #expect(numbers.count % 5 == 0)
    let lines = text.components(separatedBy: "\n").map { Array($0.utf16) }
    var found: [String] = []
    var (line, start) = (0, 0)
    for place in stride(from: 0, to: numbers.count, by: 5) {
      line += numbers[place]
      start = numbers[place] == 0 ? start + numbers[place + 1] : numbers[place + 1]
      let units = lines[line][start..<start + numbers[place + 2]]
      found.append("\(String(decoding: units, as: UTF16.self)) \(kinds[numbers[place + 3]])")
    }
    #expect(found.starts(with: ["param keyword", "n parameter", "Int type", "= operator"]))
    for token in [
      "// 漢 comment", "rows function", "a property", "😀 string", "d variable", "|> operator",
      "and keyword", "\"\"\" string", "x string", "filter function",
    ] {
      let isThere = found.contains(token) || found.joined(separator: "\n").contains(token)
      #expect(isThere, "\(token) in \(found)")
    }
  }

  // MARK: Time

  @Test func aLookAtALongRecipeIsQuick() throws {
    let client = try Client()
    let lines = (0..<250).map { i in
      "x\(i) = rows([(prompt: \"p\", n: \(i))]) |> filter(.n > \(i)) |> add(size: length(.prompt))\n"
    }
    client.open("main.recipe", lines.joined())
    #expect(client.messages() == [])
    let clock = ContinuousClock()
    let took = clock.measure {
      client.change("main.recipe", [["text": .text(lines.joined() + "y = x1 |> filter(.")]])
    }
    // Unoptimised code on a loaded machine; a release build takes a few milliseconds.
    #expect(took < .seconds(5))
  }
}
