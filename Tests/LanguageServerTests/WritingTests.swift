import Foundation
import JSON
import Testing

/// Hover, completion and signatures.
@Suite("Help while writing") struct WritingTests {
  private func complete(_ marked: String, _ files: [String: String] = [:]) throws -> [String] {
    let client = try Client(["base.recipe": Recipes.base].merging(files) { $1 })
    let answer = client.ask("textDocument/completion", marked)
    return answer["result"]?.labels ?? []
  }

  private func hover(_ marked: String) throws -> String {
    let client = try Client(["base.recipe": Recipes.base])
    let answer = client.ask("textDocument/hover", marked)
    return answer["result"]?["contents"]?["value"]?.text ?? ""
  }

  /// The shared recipe with a line more at its end.
  private func after(_ line: String) -> String { Recipes.main + line }

  // MARK: Completion

  @Test func insideTrainLabelsStandWithTypesAndDefaults() throws {
    let client = try Client(["base.recipe": Recipes.base])
    let answer = client.ask(
      "textDocument/completion", after("next = tuned |> train(on: chats, §)\n"))
    let items = answer["result"]?.items ?? []
    let label = { (name: String) in items.first { $0["label"]?.text == name } }
    #expect(label("budget:")?["detail"]?.text?.hasPrefix("Budget") == true)
    #expect(label("batch:")?["detail"]?.text?.hasPrefix("Int = ") == true)
    #expect(label("budget:")?["documentation"]?.text?.isEmpty == false)
    #expect(label("budget:")?["textEdit"]?["newText"] == "budget: ")
    #expect(label("on:") == nil, "it is written already")
    #expect(items.first?["kind"] == 10)
  }

  @Test func insideFilterColumnsOfTheDataFlowingInAreOffered() throws {
    #expect(try complete(after("x = short |> filter(§)")).prefix(2) == [".prompt", ".response"])
    #expect(try complete(after("x = short |> filter(.§")) == ["prompt", "response"])
    #expect(try complete(after("x = short |> filter(.re§ != \"\")\n")) == ["response"])
    #expect(try complete(after("x = short |> filter(length(.§) > 1)\n")) == ["prompt", "response"])
    let added = "x = chats |> add(size: length(.prompt)) |> filter(.§)\ny = 2\n"
    #expect(try complete(after(added)) == ["prompt", "response", "size"])
    #expect(
      try complete("d = jsonl(\"d.jsonl\")\nx = d |> sort(by: .§)\n", ["d.jsonl": "{\"q\": 1}\n"])
        == ["q"])
  }

  @Test func columnsFlowIntoFunctions() throws {
    let marked = Recipes.main.replacing("length(.prompt) > limit", with: "length(.§) > limit")
    #expect(try complete(marked) == ["prompt", "response"])
  }

  @Test func namesAreThoseDefinedAbove() throws {
    let labels = try complete(Recipes.main.replacing("base(rank: 4)", with: "§"))
    #expect(labels.contains("chats") && labels.contains("lr") && labels.contains("base"))
    #expect(labels.contains("train") && labels.contains("import") && labels.contains("if"))
    #expect(!labels.contains("tuned") && !labels.contains("long"))
    #expect(try complete(after("x = ch§")).first == "chats")
  }

  @Test func namesOfLambdasBlocksAndComprehensionsCount() throws {
    #expect(try complete(after("x = loss(batch => mean(-bat§.logp))")).first == "batch")
    #expect(try complete(after("x = {\n  inner = 1\n  inn§\n}\n")).contains("inner"))
    #expect(try complete(after("x = [nu§ for number in [1, 2]]\n")).first == "number")
    #expect(
      try complete(Recipes.main.replacing("> limit", with: "> lim§")).first == "limit")
  }

  @Test func membersAreThoseOfTheValue() throws {
    #expect(try complete(after("x = base().§")) == ["rank", "start"])
    #expect(try complete(after("x = stage.st§")) == ["start"])
    #expect(try complete(after("p = chats |> split(test: 50%)\nx = p.§")) == ["train", "test"])
    #expect(try complete(after("l = loss(b => -b.lo§)\n")).contains("logp"))
  }

  @Test func textsAndPathsAndTypesAndUnits() throws {
    #expect(
      try complete(after("x = lora(targets: \"§\")")).contains("all-linear"))
    let files = ["rows.jsonl": "{\"a\": 1}\n", "more.csv": "a\n1\n"]
    #expect(try complete("x = jsonl(\"ro§", files) == ["rows.jsonl"])
    #expect(try complete("import \"§", files) == ["base.recipe"])
    #expect(try complete("type Row = (a: Int)\nparam x: R§ = 1\n").contains("Row"))
    #expect(try complete("def f(a: Fl§) = a\n") == ["Float"])
    #expect(try complete(after("x = tuned |> train(on: chats, budget: 3e§")) == ["epochs"])
    #expect(try complete(after("x = linear(peak: 1e-3, warmup: 3§)")).contains("%"))
  }

  @Test func aCompletionIsExplainedWhenLookedAt() throws {
    let client = try Client()
    let answer = client.ask("textDocument/completion", "x = shu§")
    let item = try #require(answer["result"]?.items.first)
    #expect(item["documentation"] == nil)
    let resolved = client.request("completionItem/resolve", item)
    #expect(resolved["documentation"]?["value"]?.text?.contains("shuffle(") == true)
    #expect(client.request("completionItem/resolve", ["label": "?"]) == ["label": "?"])
  }

  @Test func brokenTextAboveDoesNotMislead() throws {
    #expect(try complete("broken = train(on: [\nd = rows([(q: 1)])\nx = d |> filter(.§") == ["q"])
    #expect(try complete("d = rows([(q: 1)])\nx = d |> filter(.§\n\ny = 3\nz = y + 1\n") == ["q"])
  }

  // MARK: Hover

  @Test func hoverTellsTypesAndDocumentation() throws {
    #expect(try hover(after("x = ch§ats")).contains("`.prompt`: Text"))
    #expect(
      try hover(Recipes.main.replacing("lr: lr)", with: "lr: l§r)")).contains("How fast it learns.")
    )
    #expect(
      try hover(Recipes.main.replacing("long(short", with: "lo§ng(short")).contains(
        "Keeps what is long."))
    #expect(try hover(after("x = tra§in")).contains("budget: Budget"))
    #expect(try hover(Recipes.main.replacing("budget: 2", with: "bud§get: 2")).contains("Budget"))
    #expect(try hover(after("x = short |> filter(.pro§mpt != \"\")")).contains(".prompt: Text"))
    #expect(
      try hover(Recipes.main.replacing("stage.start", with: "stage.sta§rt")).contains(
        "training starts from"))
    #expect(try hover(Recipes.main.replacing("base(rank", with: "base(ra§nk")).contains("How wide"))
    #expect(try hover(Recipes.main.replacing("2steps", with: "2ste§ps")).contains("Steps"))
    #expect(try hover(Recipes.main.replacing("sft()", with: "s§ft()")).contains("Loss"))
    #expect(try hover(after("§")).isEmpty)
  }

  // MARK: Signatures

  private func signature(_ marked: String) throws -> (label: String, active: String)? {
    let client = try Client(["base.recipe": Recipes.base])
    let answer = client.ask("textDocument/signatureHelp", marked)
    guard let first = answer["result"]?["signatures"]?.list?.first else { return nil }
    let parameters = first["parameters"]?.list ?? []
    let active = first["activeParameter"]?.int ?? -1
    let name = parameters.indices.contains(active) ? parameters[active]["label"]?.text : nil
    return (first["label"]?.text ?? "", name ?? "none")
  }

  @Test func theParameterBeingTypedIsMarkedAlsoInPipes() throws {
    let whole = try #require(try signature(after("x = attach(§")))
    #expect(whole.label.hasPrefix("attach(") && whole.active.contains("model"))
    let piped = try #require(try signature(after("x = tuned |> attach(§")))
    #expect(!piped.active.contains("model"))
    #expect(
      try signature(after("x = tuned |> train(on: chats, budget: §)"))?.active.hasPrefix("budget:")
        == true)
    #expect(
      try signature(after("x = long(chats, limit: §")) ?? ("", "") == (
        "long(_ rows: Data<(prompt: Text)>, limit: Int = 2)", "limit: Int = 2"
      ))
    #expect(try signature(after("x = base(rank: §"))?.active == "rank: Int = 8")
    #expect(try signature(after("x = 3 + §")) == nil)
  }
}
