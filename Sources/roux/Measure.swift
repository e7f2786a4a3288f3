import ArgumentParser
import Bench
import Foundation
import Language
import Vocabulary

struct Measure: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast this machine trains and generates.",
    discussion: """
      Without a model file, random numbers of SmolLM2-135M's shapes stand in for it.
      Measurements: \(Bench.names.joined(separator: ", ")).
      """)

  @Flag(help: "Write the rows as JSON.")
  var json = false
  @Flag(help: "Show the operations of each training step as well.")
  var kernels = false
  @Option(help: "Take only measurements whose name contains this.")
  var filter: String?
  @Option(help: "A GGUF file of SmolLM2-135M; else $ROUX_SMOLLM2, else one in models/.")
  var model: String?
  @Option(help: "HH-RLHF rows for the preference measurement; else pairs of random tokens.")
  var rows: String?
  @Option(help: "How many pairs of the preference measurement are learnt, once each.")
  var pairs = 16
  @Option(help: "A loss of pairs in the language; `losses in turn` holds it against dpo().")
  var loss = "dpo()"
  @Option(help: "A folder of recipes whose check is timed as well.")
  var recipes: String?
  @Option(help: "How many threads to use; all cores unless told.")
  var threads: Int?
  @Option(help: "How many times each thing is timed; the median counts.")
  var runs = 5

  func run() throws {
    let bench = Bench(
      lexicon: Words.lexicon, model: try file(), threads: threads, runs: runs,
      showsKernels: kernels,
      preference: try .init(
        loss: ofPairs(loss), rival: ofPairs("dpo()"), rows: rows.map { URL(filePath: $0) },
        pairs: pairs),
      recipes: try recipeFiles())
    if !json { Console.say(BenchReport.heading) }
    let report = try bench.run(filter: filter) { row in
      if !json { Console.say(BenchReport.line(row)) }
    }
    if json { Console.say(report.json) }
  }

  private func recipeFiles() throws -> [URL] {
    guard let recipes else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: recipes).sorted()
      .filter { $0.hasSuffix(".recipe") }.map { URL(filePath: recipes).appending(path: $0) }
  }

  private func ofPairs(_ loss: String) throws -> Value {
    let pair = "(prompt: Text, chosen: Text, rejected: Text)"
    let program = try Recipe(
      text: "def of_pairs() -> Loss<\(pair)> = \(loss)\nit = of_pairs()"
    ).checked()
    let context = RunContext(directory: program.directory)
    return try Runner(context: context).value(program.value(of: "it") ?? .none, of: program)
  }

  private func file() throws -> URL? {
    let named = model ?? ProcessInfo.processInfo.environment["ROUX_SMOLLM2"]
    let url = URL(filePath: named ?? "models/SmolLM2-135M-Instruct.Q4_1.gguf")
    if FileManager.default.fileExists(atPath: url.path) { return url }
    guard let named else { return nil }
    Console.complain("\(named): there is no such file; name a GGUF file of SmolLM2-135M")
    throw ExitStatus.usage.code
  }
}
