import Foundation

/// The built `roux`, beside the tests.
enum Executable {
  static let roux: URL? = {
    let here = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    let place = here.appending(path: "roux")
    return FileManager.default.isExecutableFile(atPath: place.path) ? place : nil
  }()

  struct Ended {
    let exitCode: Int32
    /// All that it wrote.
    let said: String
  }

  private struct Hangs: Error { let arguments: [String] }

  /// Runs it and waits for its end, a minute at most.
  ///
  /// - Parameter input: a file that it reads as its standard input.
  static func run(_ arguments: [String], in folder: URL, input: URL? = nil) throws -> Ended {
    let output = folder.appending(path: "said-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    let handle = try FileHandle(forWritingTo: output)
    let process = Process()
    process.executableURL = roux
    process.arguments = arguments
    process.currentDirectoryURL = folder
    if let input { process.standardInput = try FileHandle(forReadingFrom: input) }
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    let end = Date(timeIntervalSinceNow: 60)
    while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.01) }
    guard !process.isRunning else {
      process.terminate()
      throw Hangs(arguments: arguments)
    }
    let said = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    return Ended(exitCode: process.terminationStatus, said: said)
  }
}
