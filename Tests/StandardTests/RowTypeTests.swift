import Foundation
import Language
import Syntax
import Testing

/// Declared row types, and columns on their way through the words for rows.
@Suite struct RowTypeTests {
  /// A folder with rows that are right but for one, far down.
  static let folder: Result<URL, any Error> = Result {
    let folder = try Recipes.temporaryFolder()
    let good = #"{"prompt": "p", "score": 3, "messages": [{"role": "user", "content": "x"}]}"#
    for (name, line) in [
      "score": #"{"prompt": "p", "score": 7, "messages": []}"#,
      "text": #"{"prompt": "p", "score": "3", "messages": []}"#,
      "missing": #"{"score": 3, "messages": []}"#,
      "null": #"{"prompt": null, "score": 3, "messages": []}"#,
      "nested":
        #"{"prompt": "p", "score": 3, "messages": [{"role": "user", "content": "y"}, {"role": 1, "content": "x"}]}"#,
    ] {
      let lines = [String](repeating: good, count: 300) + [line, good]
      try Data(lines.joined(separator: "\n").utf8).write(
        to: folder.appending(path: name + ".jsonl"))
      try Data((line + "\n").utf8).write(to: folder.appending(path: name + "_first.jsonl"))
    }
    try Data("prompt,score\np,3\n\"two\nlines\",4\nq,many\n".utf8)
      .write(to: folder.appending(path: "rows.csv"))
    try Data((good + "\n").utf8).write(to: folder.appending(path: "good.jsonl"))
    return folder
  }

  static let declarations = """
    type Score = Int where it in 0...4
    type Message = (role: Text, content: Text)
    type Chat = (prompt: Text, score: Score, note: Text?, messages: List<Message>)

    """

  @Test(arguments: [
    ("score", "line 301, column `score`: found 7, expected it in 0...4"),
    ("text", #"line 301, column `score`: found "3", Text, expected Int"#),
    ("missing", "line 301, column `prompt`: found nothing, expected Text"),
    ("null", "line 301, column `prompt`: found null, expected Text"),
    ("nested", "line 301, column `messages[1].role`: found 1, Int, expected Text"),
  ])
  func everyRowIsHeldToItsType(_ name: String, _ expected: String) throws {
    let ran = Ran(
      Self.declarations + #"show(jsonl("\#(name).jsonl", row: Chat))"#, in: try Self.folder.get())
    #expect(ran.exitCode == 1)
    #expect(ran.said.contains("\(name).jsonl, \(expected)"), "\(ran.said)")
  }

  @Test func theHeadOfAFileIsHeldToItsTypeBeforeAnythingRuns() throws {
    let ran = Ran(
      Self.declarations + #"show(jsonl("score_first.jsonl", row: Chat))"#,
      in: try Self.folder.get())
    #expect(ran.exitCode == 3)
    #expect(
      ran.said.contains("`score_first.jsonl` is not of its row type: line 1, column `score`"),
      "\(ran.said)")
    #expect(ran.said.contains("found 7, expected it in 0...4"))
  }

  @Test func constraintsHoldInListsAndInWholeRows() throws {
    let text = """
      type Score = Int where it in 0...4
      type Best = (messages: List<(role: Text, content: Text)>, score: Score) where length(it.messages) > 0
      show(jsonl("good.jsonl", row: Best) |> count())
      show(jsonl("score_first.jsonl", row: Best))
      show(jsonl("null_first.jsonl", row: Best))
      """
    let ran = Ran(text, in: try Self.folder.get())
    #expect(ran.exitCode == 3)
    #expect(ran.said.contains("found 7, expected it in 0...4"), "\(ran.said)")
    #expect(ran.said.contains("expected length(it.messages) > 0"), "\(ran.said)")
  }

  @Test func cellsAreReadAsTheirColumnSays() throws {
    let folder = try Self.folder.get()
    let wrong = Ran(
      """
      type Row = (prompt: Text, score: Float)
      show(csv("rows.csv", row: Row))
      """, in: folder)
    #expect(wrong.exitCode == 3)
    #expect(wrong.said.contains("line 5, column `score`"), "\(wrong.said)")
    #expect(wrong.said.contains(#"found "many", Text, expected Float"#), "\(wrong.said)")
    let right = Ran(
      """
      type Row = (score: Text)
      check((csv("rows.csv", row: Row) |> count()) == 3)
      """, in: folder)
    #expect(right.exitCode == 0, "\(right.said)")
  }

  @Test(arguments: [
    // What flows through the words for rows.
    ("d |> select(a: .prompt) |> filter(.prompt == \"\")", "there is no column `prompt`"),
    ("d |> add(n: length(.prompt)) |> rename(m: .n) |> filter(.n > 1)", "there is no column `n`"),
    ("d |> rename(note: .prompt)", "two columns would be called `note`"),
    ("d |> filter(length(.note) > 1)", "`of` of `length` may be none"),
    ("d |> explode(.messages) |> filter(.messages.rol == \"user\")", "this has no `rol`"),
    ("d |> explode(.prompt)", "`explode` needs a column of lists"),
    ("d |> dedup(by: .promt)", "there is no column `promt`"),
    ("d |> sort(by: .scor)", "there is no column `scor`"),
    ("(d |> split(test: 50%)).test |> filter(.scor > 1)", "there is no column `scor`"),
    ("d |> join(with: rows([(k: 1)]), by: .prompt)", "lacks the column `prompt`"),
    ("d |> join(with: rows([(prompt: 1)]), by: .prompt)", "so no rows are equal"),
    (
      "d |> concat([rows([(prompt: 1)])])",
      "column `prompt` is Text in one dataset and Int in another"
    ),
    ("d |> pairs(by: .prompt, better: .score)", "this dataset lacks columns that `pairs` reads"),
    // Through functions, which are looked at anew with the columns of each call.
    ("d |> long() |> filter(.size > 1 and .siz > 1)", "there is no column `siz`"),
    ("rows([(q: 1)]) |> long()", "must be Data<(prompt: Text)>"),
    // Units.
    ("d |> split(test: 0.05)", "did you mean `5%`?"),
    ("model(\"tiny\") |> train(on: d, with: sft(), length: 512steps)", "did you mean `512tokens`?"),
    ("model(\"tiny\") |> train(on: d, with: sft(), memory: 4tokens)", "did you mean `4GiB`?"),
    // Dimensions.
    ("loss(b => mean(b.logp + sum(b.logp)))", "tensors over (sequence, token) and (sequence)"),
    ("loss(b => mean(b.logp, over: sum(b.mask)))", "this is Tensor<sequence>"),
  ])
  func columnsAndUnitsAreChecked(_ expression: String, _ expected: String) throws {
    let text =
      Self.declarations + """
        d = jsonl("good.jsonl", row: Chat)
        def long(_ rows: Data<(prompt: Text)>) = rows |> add(size: length(.prompt))
        x = \(expression)
        """
    let ran = Ran(text, in: try Self.folder.get())
    #expect(ran.exitCode == 3, "\(ran.said)")
    #expect(ran.said.contains(expected), "\(ran.said)")
  }
}
