import Language
import Notebook
import Testing
import Vocabulary

@Suite("What values look like")
struct DisplayRendererTests {
  private let renderer = DisplayRenderer(width: 40)

  @Test("A table shows ten rows and how many there are")
  func table() {
    let rows = (0..<12).map { ["\($0)"] }
    let table = Table(columns: [.init(name: "n", type: "Int", isNumeric: true)], rows: rows)
    let lines = renderer.lines(.table(table))
    #expect(lines.prefix(3) == ["┌─────┐", "│   n │", "│ Int │"])
    #expect(lines.count == 4 + 10 + 2)
    #expect(lines.last == "10 of 12 rows")
  }

  @Test("A record is a tree; a table in it stands below its label")
  func record() {
    let table = Table(columns: [.init(name: "n", type: "Int")], rows: [["1"]])
    let lines = renderer.lines(
      .record([("a", .text("1")), ("long", .record([("b", .text("2"))])), ("rows", .table(table))]))
    #expect(lines.prefix(4) == ["├ a  1", "└ long", "  └ b  2", "rows"])
  }

  @Test("A curve has a name, its last value and its steps; without boxes only those")
  func curve() {
    let curve = Display.curve(Curve(name: "loss", values: [4, 3, 2, 1]))
    let lines = renderer.lines(curve)
    #expect(lines.first == "loss · last 1.00")
    #expect(lines.count == 1 + 6 + 1)
    #expect(lines.last?.hasSuffix("4") == true)
    #expect(DisplayRenderer(width: 40, art: .ascii).lines(curve) == ["loss · last 1.00"])
  }

  @Test("Records with other labels each have their columns")
  func mixed() {
    let records = [Record([("a", .int(1))]), Record([("a", .int(2)), ("b", .text("x"))])]
    let lines = renderer.lines(Value.list(records.map { .record($0) }).display)
    #expect(lines.contains("│   1 │ –     │"))
    #expect(lines.contains("│ Int │ Text? │"))
  }

  @Test("Help breaks long signatures after commas")
  func help() {
    let lexicon = PromptVocabulary.lexicon
    let entry = lexicon.help(for: "filter")
    let lines = entry.map { HelpRenderer(width: 40).lines($0) } ?? []
    #expect(
      lines.prefix(2) == ["filter(_ rows: Data,", "    _ condition: row expression of Bool)"])
  }
}
