import Foundation
import Synchronization
import Testing
import Vocabulary

/// What was seen of a file is used until the file changes.
@Suite struct KnownHeadsTests {
  private let file = FileManager.default.temporaryDirectory
    .appending(path: "roux-\(UUID().uuidString)")

  private func write(_ text: String, age: Double) throws {
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: file.path)
  }

  @Test func aFileIsLookedAtAgainWhenItChanges() throws {
    defer { try? FileManager.default.removeItem(at: file) }
    let heads = KnownHeads<String>()
    let looks = Atomic<Int>(0)
    func seen() throws -> String {
      try heads.seen(at: file) {
        looks.wrappingAdd(1, ordering: .relaxed)
        return try String(contentsOf: $0, encoding: .utf8)
      }
    }
    try write("one", age: 60)
    #expect(try [seen(), seen()] == ["one", "one"])
    #expect(looks.load(ordering: .relaxed) == 1)
    try write("two", age: 30)
    #expect(try [seen(), seen()] == ["two", "two"])
    #expect(looks.load(ordering: .relaxed) == 2)
    // Fresh: another change might leave the same time.
    try write("six", age: 0)
    #expect(try [seen(), seen()] == ["six", "six"])
    #expect(looks.load(ordering: .relaxed) == 4)
    try FileManager.default.removeItem(at: file)
    #expect(throws: (any Error).self) { try seen() }
  }
}
