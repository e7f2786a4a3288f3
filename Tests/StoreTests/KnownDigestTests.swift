import Foundation
import Store
import Testing

/// Hashes that are remembered are those of the files as they are.
@Suite struct KnownDigestTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "roux-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func write(_ byte: UInt8, to name: String, count: Int = 2 << 20, age: Double = 60)
    throws -> URL
  {
    let url = folder.appending(path: name)
    try Data(repeating: byte, count: count).write(to: url)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: url.path)
    return url
  }

  private var cache: URL { folder.appending(path: "cache/digests") }

  private var lines: Int {
    ((try? String(contentsOf: cache, encoding: .utf8)) ?? "").split(separator: "\n").count
  }

  @Test func aLargeFileIsHashedOnceAndAgainWhenItChanges() throws {
    let url = try write(1, to: "model")
    let first = try Digest.sha256(contentOf: url)
    for _ in 0..<2 { #expect(KnownDigests(file: cache).digest(of: url) == first) }
    #expect(lines == 1)
    _ = try write(2, to: "model", age: 30)
    let second = try Digest.sha256(contentOf: url)
    #expect(second != first)
    #expect(KnownDigests(file: cache).digest(of: url) == second)
    #expect(lines == 2)
  }

  @Test func whatIsRememberedIsUsed() throws {
    let url = try write(1, to: "model")
    _ = KnownDigests(file: cache).digest(of: url)
    let text = try String(contentsOf: cache, encoding: .utf8)
    let space = try #require(text.firstIndex(of: " "))
    try Data(("abc" + text[space...]).utf8).write(to: cache)
    #expect(KnownDigests(file: cache).digest(of: url) == "abc")
  }

  @Test func smallAndFreshFilesAreNotRemembered() throws {
    let small = try write(1, to: "small", count: 1000)
    let fresh = try write(1, to: "fresh", age: 0)
    let digests = KnownDigests(file: cache)
    #expect(digests.digest(of: small) == (try Digest.sha256(contentOf: small)))
    #expect(digests.digest(of: fresh) == (try Digest.sha256(contentOf: fresh)))
    #expect(digests.digest(of: folder.appending(path: "none")) == nil)
    #expect(lines == 0)
  }
}
