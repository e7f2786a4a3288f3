import Foundation

/// SmolLM2-135M-Instruct, the real model that tests run on where it has been fetched.
///
/// `make smollm2` puts it into `models/`; `ROUX_SMOLLM2` names another place.
public enum SmolLM2 {
  public static let file: URL? = {
    let named = ProcessInfo.processInfo.environment["ROUX_SMOLLM2"]
    let fetched = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "models/SmolLM2-135M-Instruct.Q4_1.gguf")
    let place = named.map { URL(filePath: $0) } ?? fetched
    return FileManager.default.fileExists(atPath: place.path) ? place : nil
  }()

  /// A file of numbers that PyTorch computed for it.
  public static func fixture(_ name: String) -> URL? {
    guard file != nil else { return nil }
    return SharedFiles.file("fixtures/smollm2/\(name)")
  }
}
