import CCrypto
import Foundation

/// SHA-256, by OpenSSL's libcrypto: gigabytes of weights are hashed at the speed of the processor.
public struct Digest {
  private let context: OpaquePointer?
  /// Fetched once: to look it up takes longer than to hash a line.
  nonisolated(unsafe) private static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

  private init() {
    context = EVP_MD_CTX_new()
    EVP_DigestInit_ex(context, Self.algorithm, nil)
  }

  private func update(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  private func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    EVP_MD_CTX_free(context)
    return String(unsafeUninitializedCapacity: 64) { text in
      for (i, byte) in digest.enumerated() {
        text[2 * i] = Self.digit(byte >> 4)
        text[2 * i + 1] = Self.digit(byte & 15)
      }
      return 64
    }
  }

  /// The hexadecimal digit of 0 to 15.
  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  /// The hash of a text, as 64 hexadecimal digits.
  public static func sha256(_ text: String) -> String {
    let digest = Digest()
    var text = text
    text.withUTF8 { digest.update(UnsafeRawBufferPointer($0)) }
    return digest.finish()
  }

  /// The hash of a file's content, or of all files below a folder with their relative paths.
  public static func sha256(contentOf url: URL) throws -> String {
    let digest = Digest()
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw StoreError(path: url.path, problem: "does not exist", advice: "Check the path.")
    }
    guard isFolder.boolValue else {
      try digest.update(file: url)
      return digest.finish()
    }
    let entries = try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted()
    for entry in entries {
      let file = url.appending(path: entry)
      guard file.isRegularFile else { continue }
      let line = "\(entry)\n" + (try sha256(contentOf: file)) + "\n"
      line.utf8.withContiguousStorageIfAvailable { digest.update(UnsafeRawBufferPointer($0)) }
    }
    return digest.finish()
  }

  private func update(file url: URL) throws {
    let handle = try FileHandle(forReadingFrom: url)
    defer { try? handle.close() }
    while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty {
      chunk.withUnsafeBytes { update($0) }
    }
  }
}

extension URL {
  var isRegularFile: Bool {
    (try? resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) ?? false
  }
}

/// Something that went wrong with the store's files.
public struct StoreError: Error, Sendable, CustomStringConvertible {
  public let path: String
  public let problem: String
  public let advice: String

  public init(path: String, problem: String, advice: String) {
    self.path = path
    self.problem = problem
    self.advice = advice
  }

  public var description: String { "\(path): \(problem)\n  \(advice)" }
}
