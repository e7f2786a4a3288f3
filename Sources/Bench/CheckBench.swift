import Foundation
import Language
import Syntax

/// How long it takes to check a recipe: parsing, types, columns, units, keys of all stages.
struct CheckBench {
  let lexicon: Lexicon
  let runs: Int

  /// A recipe of 1,000 lines with all that recipes hold.
  func thousandLines() -> BenchRow {
    let source = SourceText(name: "bench.recipe", Self.text(lines: 1_000))
    let folder = FileManager.default.temporaryDirectory
    var complaints = 0
    let timing = Timing(runs: runs) {
      let program = Program(source, lexicon: lexicon, directory: folder)
      complaints = program.diagnostics.count
    }
    var row = BenchRow("check 1000 lines", .lines, Double(source.lineStarts.count), timing)
    row.note = "\(source.bytes.count) bytes, \(complaints) complaints"
    return row
  }

  /// A recipe of the user's, checked again and again as a prompt or an editor does.
  func recipe(_ url: URL) throws -> BenchRow {
    let text = try String(contentsOf: url, encoding: .utf8)
    let source = SourceText(name: url.lastPathComponent, text)
    func complaints() -> Int {
      Program(source, lexicon: lexicon, directory: url.deletingLastPathComponent())
        .diagnostics.count
    }
    // The first looks at the heads of files, which are known from then on.
    let found = complaints()
    let timing = Timing(runs: runs) { _ = complaints() }
    var row = BenchRow(
      "check \(source.name)", .lines, Double(source.lineStarts.count), timing)
    row.note = "\(source.bytes.count) bytes, \(found) complaints"
    return row
  }

  /// Steps of params, types, functions, rows, training and judging, one on top of the other.
  private static func text(lines count: Int) -> String {
    var lines: [String] = []
    var step = 0
    while lines.count < count - 12 {
      step += 1
      lines += self.step(step).split(separator: "\n").map(String.init)
    }
    let checks = (1...12).map { "check(score_\($0).loss < 9.0)" }
    return (lines + checks.prefix(count - lines.count)).joined(separator: "\n")
  }

  private static func step(_ i: Int) -> String {
    """
    /// How fast step \(i) learns.
    param lr_\(i): Float = \(i)e-6 where lr_\(i) > 0.0 and lr_\(i) < 1.0
    type Score\(i) = Int where it in 0...\(i)
    def cleaned_\(i)(_ data: Data<(prompt: Text, response: Text)>, least: Int = \(i)) =
      data |> filter(length(.response) > least) |> add(size: length(.response), twice: length(.response) * 2)
    def twice_\(i)(_ x: Int) -> Int = if x > \(i) then x * 2 else x + \(i)
    rows_\(i) = rows([(prompt: "question \(i)", response: "answer \\(twice_\(i)(\(i)))"), (prompt: "b", response: "c")])
      |> cleaned_\(i)(least: 0) |> dedup(by: .prompt) |> split(test: 10%)
    sizes_\(i) = [(size: n, double: twice_\(i)(n)) for n in 1...4 if n > 1]
    model_\(i) = model("tiny") |> attach(lora(rank: \(i % 16 + 1)))
    tuned_\(i) = model_\(i)
      |> train(on: rows_\(i).train, with: sft(), budget: \(i)steps, lr: cosine(peak: lr_\(i), warmup: 3%))
    score_\(i) = tuned_\(i) |> evaluate(on: rows_\(i).test, metrics: (loss: nll()))
    show((step: \(i), loss: score_\(i).loss, sizes: sizes_\(i)))
    """
  }
}
