import Datasets
import Foundation
import TestSupport
import Testing
import Vocabulary

private func context(_ directory: URL) -> RunContext { RunContext(directory: directory) }

private func folder(_ files: [String: String]) throws -> URL {
  let url = FileManager.default.temporaryDirectory.appending(path: "rows-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  for (name, text) in files { try Data(text.utf8).write(to: url.appending(path: name)) }
  return url
}

private func read(_ primitive: Primitive, _ text: String) throws -> Dataset {
  let folder = try folder(["f": text])
  let value = try primitive.run(Record([("path", .text("f"))]), in: context(folder))
  return try Dataset(recipeValue: value)
}

private func complaint(_ primitive: Primitive, _ text: String) -> String {
  do {
    _ = try read(primitive, text)
    return "no error"
  } catch { return "\(error)".replacing(/^.*?(?=line|record|item|has no|opens|is a)/, with: "") }
}

@Test func jsonLinesKeepColumnOrderAndFindTypes() throws {
  let data = try read(.jsonl, "{\"b\": 1, \"a\": \"x\"}\n\n{\"b\": 2.5, \"c\": [1]}\n")
  #expect("\(data.recipeType)" == "Data<(b: Float, a: Text?, c: List<Int>?)>")
  #expect(data.rows[1]["a"] == Value.none)
}

@Test func csvHandlesQuotesAndNumbers() throws {
  let data = try read(.csv, "a,b\n1,\"x, \"\"y\"\"\nz\"\n2,\n")
  #expect("\(data.recipeType)" == "Data<(a: Int, b: Text)>")
  #expect(data.rows[0]["b"] == .text("x, \"y\"\nz"))
}

@Test(arguments: [
  ("{\"a\": 1}\n{\"a\": }", "line 2, column 7: found `}`, expected a value"),
  ("{\"a\": NaN}", "line 1, column `a`: is NaN, not a number"),
  ("[1]", "line 1: holds a list, not an object"),
  ("", "has no rows"),
])
func brokenJSONLinesNameTheirPlace(_ text: String, _ expected: String) {
  #expect(complaint(.jsonl, text).hasPrefix(expected), "\(complaint(.jsonl, text))")
}

@Test func brokenCSVNamesItsRecord() {
  #expect(complaint(.csv, "a,b\n1\n").hasPrefix("record 2: has 1 cells"))
  #expect(complaint(.csv, "a,b\n1,\"x\n").hasPrefix("record 2: opens a quote"))
}

@Test func declaredRowTypesAreEnforced() throws {
  let folder = try folder(["f": "{\"a\": 1, \"b\": 2}\n{\"a\": \"x\"}\n"])
  let type = RecipeType.record([RecordField("a", .int)])
  let error = #expect(throws: (any Error).self) {
    try Primitive.jsonl.run(
      Record([("path", .text("f")), ("row", .type(WrittenType(type)))]), in: context(folder))
  }
  let said = error.map { "\($0)" } ?? ""
  #expect(said.contains("f, line 2, column `a`: found \"x\", Text, expected Int"), "\(said)")
}

@Test func missingFilesAreComplainedAboutBeforeRunning() throws {
  let call = CallSite(
    arguments: ["path": .init(type: .text, value: .text("nowhere.jsonl"))],
    directory: FileManager.default.temporaryDirectory)
  guard case .derived(let typing) = Primitive.jsonl.typing else {
    Issue.record("the type of jsonl comes from the file")
    return
  }
  #expect(throws: Complaints.self) { try typing(call) }
}

@Test(.enabled(if: SharedFiles.folder != nil, "needs the shared data folder"))
func realDialoguesAreSplitAtTheLastTurnAndCounted() throws {
  let names = ["harmless-base", "helpful-base", "helpful-online", "helpful-rejection-sampled"]
  var faults: [String: Int] = [:]
  var read = 0
  var kept = 0
  for name in names {
    for part in ["train", "test"] {
      let url = try #require(SharedFiles.file("data/hh-rlhf/\(name)/\(part).jsonl.gz"))
      let ledger = Collected<Ledger>()
      let run = RunContext(directory: url.deletingLastPathComponent()) { event in
        if case .ledger(let entry) = event { ledger.add(entry) }
      }
      let rows = try Primitive.jsonl.run(Record([("path", .text(url.path))]), in: run)
      let pairs = try Primitive.dialogues.run(Record([("rows", rows)]), in: run)
      let last = try #require(ledger.all.last)
      read += last.read
      kept += try Dataset(recipeValue: pairs).count
      for entry in last.entries { faults[entry.reason, default: 0] += entry.count }
    }
  }
  #expect(read == kept + faults.values.reduce(0, +))
  #expect(kept > 5500)
  #expect(faults["dropped: chosen equals rejected"] ?? 0 >= 20)
  #expect(faults["dropped: the prompts differ"] ?? 0 >= 1)
  #expect(faults["dropped: an answer is empty"] ?? 0 >= 1)
}

@Test(.enabled(if: SharedFiles.folder != nil, "needs the shared data folder"))
func realFilesOfEachKindAreRead() throws {
  let run = context(FileManager.default.temporaryDirectory)
  func count(_ primitive: Primitive, _ path: String) throws -> Int {
    let url = try #require(SharedFiles.file(path))
    return try Dataset(
      recipeValue: primitive.run(Record([("path", .text(url.path))]), in: run)
    ).count
  }
  #expect(try count(.csv, "data/truthfulqa/TruthfulQA.csv") == 574)
  #expect(try count(.jsonl, "data/self-instruct/seed_tasks.jsonl") == 175)
  #expect(try count(.json, "data/llamafactory-demo/dpo_en_demo.json") > 100)
}
