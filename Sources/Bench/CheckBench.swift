import Foundation
import Language
import Syntax

/// How long it takes to check a recipe: parsing, types, columns, units, keys of all stages.
struct CheckBench {
  let lexicon: Lexicon
  let runs: Int

  /// A recipe of 1,000 lines with all that recipes hold.
  func thousandLines() throws -> BenchRow {
    try check(
      SourceText(name: "1000 lines", Self.text(lines: 1_000)),
      in: FileManager.default.temporaryDirectory)
  }

  /// A recipe of the user's, checked again and again as a prompt or an editor does.
  func recipe(_ url: URL) throws -> BenchRow {
    try check(
      SourceText(name: url.lastPathComponent, String(contentsOf: url, encoding: .utf8)),
      in: url.deletingLastPathComponent())
  }

  private func check(_ source: SourceText, in folder: URL) throws -> BenchRow {
    func program() -> Program { Program(source, lexicon: lexicon, directory: folder) }
    // The first looks at the heads of files, which are known from then on.
    let first = program()
    // What comes after a mistake is passed over, and would make the check look fast.
    guard first.isSound else { throw UnsoundRecipe(program: first) }
    // A program is freed after the clock has stopped, as `roux check` tells what is wrong before.
    let timing = Timing(runs: runs) { program() }
    var row = BenchRow("check \(source.name)", .lines, Double(source.lineStarts.count), timing)
    row.note = "\(source.bytes.count) bytes, \(first.diagnostics.count) complaints"
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

/// A recipe that can't be timed, as its check finds errors.
struct UnsoundRecipe: Error, CustomStringConvertible {
  let program: Program

  var description: String {
    let first = program.diagnostics.first { $0.severity == .error }?.message ?? "errors"
    return "\(program.source.name) does not check: \(first). `roux check` shows where."
  }
}
