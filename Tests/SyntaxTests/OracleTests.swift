import Foundation
import Syntax
import SyntaxFuzzing
import Testing

/// The hand-written parser against the grammar in `Oracle/grammar.lark`.
@Suite struct OracleTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Oracle")

  /// Verdicts that `oracle.py --golden` gave to mutated recipes.
  private static func golden() throws -> [Verdict] {
    let text = try String(contentsOf: folder.appending(path: "verdicts.jsonl"), encoding: .utf8)
    let decoder = JSONDecoder()
    return try text.split(separator: "\n").map {
      try decoder.decode(Verdict.self, from: Data($0.utf8))
    }
  }

  @Test func theParserAgreesWithTheGrammar() throws {
    let verdicts = try Self.golden()
    #expect(verdicts.count > 1_000)
    #expect(verdicts.count { $0.accepted } > 300)
    for verdict in verdicts {
      let own = try #require(Verdict(of: verdict.text))
      #expect(own.accepted == verdict.accepted, "the grammar differs on\n\(verdict.text)")
    }
  }
  /// `ROUX_FUZZ` says how many; `ROUX_PYTHON` names a Python that has lark, if the usual one has not.
  @Test(.enabled(if: python != nil, "there is no Python with lark: pip install lark==1.2.2"))
  func theParserAgreesWithTheGrammarOnFreshInputs() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "oracle-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let mutator = Mutator(try FuzzCorpus.repository(), series: 8)
    let verdicts = (0..<FuzzTests.count).compactMap { index in
      Verdict(of: String(decoding: mutator.input(index), as: UTF8.self))
    }
    try Data(try verdicts.map { try $0.line }.joined()).write(to: file)
    let said = try Self.run(
      try #require(Self.python), [Self.folder.appending(path: "oracle.py").path, "--compare"],
      input: file)
    #expect(said.status == 0, "\(said.output)")
  }

  private static let python: String? = {
    let named = ProcessInfo.processInfo.environment["ROUX_PYTHON"] ?? "python3"
    let said = try? run(named, ["-c", "import lark"], input: URL(filePath: "/dev/null"))
    return said?.status == 0 ? named : nil
  }()

  private static func run(
    _ program: String, _ arguments: [String], input: URL
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let output = Pipe()
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }
}
