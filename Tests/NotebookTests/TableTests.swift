import Notebook
import Testing

@Suite("Tables and trees")
struct TableTests {
  private let columns = [
    TableColumn("prompt", type: "Text", cells: ["How do I undo?", "日本語\ntext"]),
    TableColumn("score", type: "Float", cells: ["0.5", "12.25"], alignment: .right),
  ]

  @Test("A table shows names, types, cells and the number of rows")
  func table() {
    #expect(
      TableRenderer(width: 60).lines(columns, total: 20_324) == [
        "┌────────────────┬───────┐",
        "│ prompt         │ score │",
        "│ Text           │ Float │",
        "├────────────────┼───────┤",
        "│ How do I undo? │   0.5 │",
        "│ 日本語⏎text    │ 12.25 │",
        "└────────────────┴───────┘",
        "2 of 20,324 rows",
      ])
  }

  @Test("Wide cells are cut so that the table fits, in ASCII where boxes cannot be drawn")
  func narrow() {
    #expect(
      TableRenderer(width: 22, art: .ascii).lines(columns, total: 2) == [
        "+------------+-------+",
        "| prompt     | score |",
        "| Text       | Float |",
        "+------------+-------+",
        "| How do I … |   0.5 |",
        "| 日本語⏎te… | 12.25 |",
        "+------------+-------+",
        "2 rows",
      ])
  }

  @Test("Columns that do not fit are named below")
  func missing() {
    let many = (1...5).map { TableColumn("column\($0)", type: "Int", cells: ["1"]) }
    let lines = TableRenderer(width: 34).lines(many, total: 1)
    #expect(lines[1] == "│ column1 │ column2 │ column3 │")
    #expect(lines.last == "1 row · +2 columns: column4, colu…")
  }

  @Test("No line is wider than the terminal", arguments: [5, 8, 12, 20, 33, 40, 80])
  func fits(width: Int) {
    let many = (1...6).map {
      TableColumn("name \($0)", type: "Text", cells: [String(repeating: "日x", count: $0 * 3)])
    }
    for line in TableRenderer(width: width).lines(many, total: 1) {
      #expect(DisplayWidth.of(line) <= width)
    }
  }

  @Test("A table without columns still says how many rows there are")
  func empty() {
    #expect(TableRenderer(width: 40).lines([], total: 0) == ["0 rows"])
  }

  @Test("Records are trees with aligned labels and folded texts")
  func tree() {
    let node = TreeNode.parts([
      TreePart("name", .text("tuned")),
      TreePart(
        "adapter",
        .parts([TreePart("rank", .text("8")), TreePart("alpha", .text("16"))])),
      TreePart("prompt", .text("a long text that does not fit in a line")),
    ])
    #expect(
      RecordTree(width: 28).lines(node) == [
        "├ name    tuned",
        "├ adapter",
        "│ ├ rank   8",
        "│ └ alpha  16",
        "└ prompt  a long text that",
        "          does not fit in a",
        "          line",
      ])
    #expect(
      RecordTree(width: 28, art: .ascii).lines(node)[1...3] == [
        "|- adapter", "|  |- rank   8", "|  `- alpha  16",
      ])
  }
}
