import Foundation
import JSON
import Testing

/// Positions and changes, in texts with characters of all widths.
@Suite("Documents") struct DocumentTests {
  private static let wide = "a = \"😀漢字é\" + b\n"

  private func range(_ client: Client) -> JSONValue? {
    client.published["main.recipe"]?["diagnostics"]?.list?.first?["range"]
  }

  @Test(
    arguments: [
      (nil, "utf-16", 14), (["utf-8", "utf-16"], "utf-8", 21), (["utf-32"], "utf-32", 13),
      (["utf-7"], "utf-16", 14),
    ] as [([JSONValue]?, String, Int)])
  func charactersAreCountedAsAgreed(_ offered: [JSONValue]?, _ chosen: String, _ column: Int)
    throws
  {
    let client = try Client(encodings: offered)
    #expect(client.greeting["capabilities"]?["positionEncoding"]?.text == chosen)
    client.open("main.recipe", Self.wide)
    #expect(range(client)?["start"] == ["line": 0, "character": .int(column)])
    #expect(range(client)?["end"] == ["line": 0, "character": .int(column + 1)])
  }

  @Test func changesAreMadeInOrderAndInUTF16() throws {
    let client = try Client()
    client.open("main.recipe", Self.wide)
    client.change(
      "main.recipe",
      [
        edit(0, 14, 0, 15, "c"), edit(0, 0, 0, 0, "c = \"漢\"\n"),
        edit(1, 5, 1, 7, ""), edit(9, 9, 9, 9, "d = c + a\r\n"),
      ])
    #expect(client.messages() == [])
    client.change("main.recipe", [edit(0, 5, 0, 6, "😀😀"), edit(2, 8, 2, 9, "z")])
    #expect(client.messages() == ["E0201"])
    #expect(range(client)?["start"] == ["line": 2, "character": 8])
    client.change("main.recipe", [["text": "x = 1\n"]])
    #expect(client.messages() == [])
    #expect(client.published["main.recipe"]?["version"] == 4)
  }

  @Test func wildChangesDoNoHarm() throws {
    let client = try Client()
    client.open("main.recipe", "a = 1\nb = \"漢\"\n")
    client.change(
      "main.recipe", [edit(-4, -1, 99, 99, "x"), edit(5, 0, 1, 0, "y"), ["text": 3], [:]])
    client.change("other.recipe", [["text": "never opened"]])
    client.change("main.recipe", [["text": "a = b\n"]])
    #expect(client.messages() == ["E0201"])
    client.notify("textDocument/didClose", client.document("main.recipe"))
    #expect(client.messages() == [])
  }

  @Test func lonelyCarriageReturnsEndLines() throws {
    let client = try Client()
    client.open("main.recipe", "// a\r// b\r\nc = d\n")
    #expect(range(client)?["start"] == ["line": 2, "character": 4])
  }

  private func edit(_ l0: Int, _ c0: Int, _ l1: Int, _ c1: Int, _ text: String) -> JSONValue {
    [
      "range": [
        "start": ["line": .int(l0), "character": .int(c0)],
        "end": ["line": .int(l1), "character": .int(c1)],
      ],
      "text": .text(text),
    ]
  }
}
