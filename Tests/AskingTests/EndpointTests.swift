import Asking
import Foundation
import JSON
import Language
import Syntax
import TestSupport
import Testing
import Vocabulary

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The server of `Server/faulty.py`, which ends itself.
private final class FaultyServer {
  private let process = Process()
  let port: Int

  init() throws {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Server/faulty.py")
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", script.path, "120"]
    process.standardOutput = pipe
    try process.run()
    let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    try #require(port > 0, "the server did not start")
  }

  deinit { process.terminate() }

  var address: String { "http://127.0.0.1:\(port)/v1" }

  /// What it was asked and has answered.
  func log() throws -> JSONValue {
    let url = try #require(URL(string: "http://127.0.0.1:\(port)/log"))
    return try JSONValue(parsing: Array(Data(contentsOf: url)))
  }

  static let isThere =
    FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
    || FileManager.default.isExecutableFile(atPath: "/usr/local/bin/python3")
}

@Suite("Models behind addresses", .enabled(if: FaultyServer.isThere, "needs python3"))
struct EndpointTests {
  private func recipe(
    _ server: FaultyServer, _ questions: [String], _ options: String = "", _ ask: String = ""
  ) -> String {
    let rows = questions.map { "(q: \"\($0)\")" }.joined(separator: ", ")
    return #"""
      far = endpoint("\#(server.address)", model: "m", pause: 20ms\#(options))
      made = rows([\#(rows)]) |> add(a: ask(far, .q\#(ask)))
      save(made, to: "out.jsonl")
      """#
  }

  @Test("Through all faults each row gets its answer, and none is asked again after it")
  func faults() throws {
    let server = try FaultyServer()
    let orders = ["", " [429]", " [500]", " [cut]", " [slow]", " [broken]", " [500] [cut] [429]"]
    let questions = (0..<42).map { "q\($0)\(orders[$0 % orders.count])" }
    let asked = try Asked()
    let (outcome, rows, ledgers) = try asked.run(
      recipe(server, questions, ", timeout: 4s, together: 8"))
    #expect(outcome.exitCode == 0, "\(outcome.diagnostics.map(\.message))")
    #expect(rows.map { $0["a"] ?? .none } == questions.map { .text("echo: \($0)") })
    let log = try server.log()
    for (place, question) in questions.enumerated() {
      #expect(log["answered"]?[question]?.int == 1, "\(question)")
      let faults = [0, 1, 1, 1, 1, 1, 3][place % 7]
      #expect(log["asked"]?[question]?.int == 1 + faults, "\(question)")
    }
    let step = "ask(m)"
    #expect(ledgers.entry(step, "tried again: status 429") == 12)
    #expect(ledgers.entry(step, "tried again: status 500") == 12)
    #expect(ledgers.entry(step, "tried again: malformed response") == 6)
    #expect(ledgers.entry(step, "tried again: timeout") == 6)
    #expect(ledgers.contains { $0.step == step && $0.read == 42 && $0.kept == 42 })
  }

  @Test("What cannot be answered stops the stage, and the next run asks for that alone")
  func givingUp() throws {
    let server = try FaultyServer()
    let asked = try Asked()
    let text = recipe(server, ["a", "b [always500]", "c"], ", retries: 2")
    #expect((try? asked.run(text)) == nil)
    #expect(try server.log()["asked"]?["b [always500]"]?.int == 3)
    #expect((try? asked.run(text)) == nil)
    let log = try server.log()
    #expect(log["asked"]?["b [always500]"]?.int == 6)
    #expect(log["asked"]?["a"]?.int == 1 && log["asked"]?["c"]?.int == 1)
  }

  @Test("A question that the server refuses leaves its row out")
  func refusals() throws {
    let server = try FaultyServer()
    let (_, rows, ledgers) = try Asked().run(
      recipe(server, (0..<20).map { "q\($0)" } + ["b [400]"], ", together: 3"))
    #expect(rows.count == 20 && !rows.contains { $0["q"] == .text("b [400]") })
    #expect(try server.log()["most"]?.int == 3)
    #expect(ledgers.entry("add", "dropped: status 400") == 1)
  }

  @Test("Records are asked for by schema, and what is none is asked for again")
  func records() throws {
    let server = try FaultyServer()
    let (_, rows, ledgers) = try Asked().run(
      recipe(server, ["a", "b [nonsense]"], "", ", as: (score: Int, reason: Text)"))
    #expect(rows.count == 2)
    #expect(
      rows.last?["a"]
        == .record(Record([("score", .int(3)), ("reason", .text("b [nonsense]"))])))
    #expect(ledgers.entry("ask(m)", "tried again: answer of another type") == 1)
  }

  @Test("The budget is never passed, counts earlier runs, and may be raised")
  func budget() throws {
    let server = try FaultyServer()
    let asked = try Asked()
    let questions = (0..<10).map { "q\($0)" }
    // Each answer costs 15 tokens, and is taken for more before it is there.
    let tight = recipe(server, questions, ", budget: 100tokens, together: 1", ", max: 5tokens")
    #expect((try? asked.run(tight)) == nil)
    let first = try server.log()["answered"]?.object?.keys.count ?? 0
    #expect(first > 1 && first * 15 <= 100)
    #expect((try? asked.run(tight)) == nil)
    #expect(try server.log()["answered"]?.object?.keys.count == first)
    let wide = recipe(server, questions, ", budget: 1_000tokens, together: 1", ", max: 5tokens")
    #expect(try asked.run(wide).rows.count == 10)
    #expect(try server.log()["asked"]?.object?.values.allSatisfy { $0.int == 1 } == true)
    let money = recipe(
      server, ["x", "y", "z"], ", spend: 0.0001, write_price: 10.0", ", max: 5tokens")
    #expect((try? Asked().run(money)) == nil)
  }

  @Test("Requests keep the distance that a rate asks for")
  func rate() throws {
    let server = try FaultyServer()
    _ = try Asked().run(recipe(server, ["a", "b", "c"], ", per_minute: 300"))
    let times = try server.log()["times"]?.doubles.sorted() ?? []
    #expect(times.count == 3)
    for (one, next) in zip(times, times.dropFirst()) { #expect(next - one > 0.15) }
  }

  @Test("A secret reaches the server and nothing else")
  func secrets() throws {
    let server = try FaultyServer()
    setenv("ROUX_TEST_KEY", "sk-very-secret", 1)
    let asked = try Asked()
    let options = ", together: 1, key: secret(\"ROUX_TEST_KEY\")"
    let text = recipe(server, ["a", "b [401]"], options)
    let program = asked.program(text)
    #expect(program.isSound)
    let events = Collected<String>()
    let runner = Runner(
      results: asked.store,
      context: RunContext(directory: asked.folder, report: { events.add("\($0)") }))
    let outcome = runner.run(program)
    #expect(outcome.exitCode == 1)
    #expect(try server.log()["keys"]?.list == [.text("Bearer sk-very-secret")])
    let told = outcome.diagnostics.flatMap { [$0.message] + $0.notes } + events.all
    #expect(told.contains { $0.contains("•••") } && !told.contains { $0.contains("very-secret") })
    let files = try FileManager.default.subpathsOfDirectory(atPath: asked.folder.path)
    #expect(files.contains { $0.contains("calls/") })
    for file in files {
      let data = FileManager.default.contents(atPath: asked.folder.appending(path: file).path)
      #expect(!String(decoding: data ?? Data(), as: UTF8.self).contains("very-secret"), "\(file)")
    }
    #expect(program.names.allSatisfy { !"\($0)".contains("very-secret") })
  }

  @Test("The network has to be allowed, and the plan tells of it")
  func permission() throws {
    let server = try FaultyServer()
    let asked = try Asked()
    let text = recipe(server, ["a"])
    let limited = asked.program(
      text, permissions: Permissions(reads: [], writes: nil, usesNetwork: false))
    #expect(limited.diagnostics.contains { $0.message.contains("may not use the network") })
    #expect(asked.program(text).plan(results: asked.store).usesNetwork)
    _ = try asked.run(text)
    // What is kept needs no network.
    #expect(!asked.program(text).plan(results: asked.store).usesNetwork)
  }
}
