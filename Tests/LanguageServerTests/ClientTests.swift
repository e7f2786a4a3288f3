import Foundation
import Testing

/// The session of `client/test_session.py`, where a Python with its packages is at hand.
@Suite("A client of others", .enabled(if: Python.path != nil, "no Python with pytest-lsp is here"))
struct ClientTests {
  @Test func theSessionPasses() throws {
    let python = try #require(Python.path)
    let roux = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "roux")
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "client")
    var environment = ProcessInfo.processInfo.environment
    environment["ROUX"] = roux.path
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    let ended = try Python.run(
      python, ["-m", "pytest", "-q", "-p", "no:cacheprovider"], in: folder, environment)
    #expect(ended.code == 0, "\(ended.said)")
  }
}

/// `$ROUX_PYTHON`, else `python3`, if it has the client's packages.
private enum Python {
  static let path: String? = {
    let named = ProcessInfo.processInfo.environment["ROUX_PYTHON"] ?? "python3"
    let asked = try? run(
      named, ["-c", "import pytest_lsp"], in: FileManager.default.temporaryDirectory)
    return asked?.code == 0 ? named : nil
  }()

  static func run(
    _ python: String, _ arguments: [String], in folder: URL, _ environment: [String: String]? = nil
  ) throws -> (code: Int32, said: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [python] + arguments
    process.currentDirectoryURL = folder
    if let environment { process.environment = environment }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }
}
