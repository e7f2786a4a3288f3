import Foundation
import Store
import Testing
import Vocabulary

private func temporaryStore() -> Store {
  Store(
    folder: FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)"),
    stored: [Note.self])
}

private struct Note: StoredValue {
  static let typeName = "Note"
  let text: String
  var canonical: String { text }
  func write(to folder: Folder) throws {
    try Data(text.utf8).write(to: folder.appending(path: "note.txt"))
  }
  static func read(from folder: Folder) throws -> Note {
    Note(text: try String(contentsOf: folder.appending(path: "note.txt"), encoding: .utf8))
  }
}

@Test func sha256OfKnownTexts() {
  #expect(
    Digest.sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  #expect(
    Digest.sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
}

@Test func keptValuesComeBackEqual() throws {
  let store = temporaryStore()
  defer { try? FileManager.default.removeItem(at: store.folder) }
  let value = Value.record(
    Record([
      ("loss", .float(0.1)), ("steps", .int(.max)), ("name", .text("a\n\"b\"")),
      ("none", .none), ("flags", .list([.bool(true), .bool(false)])),
      ("share", .quantity(Quantity(3, .percent))), ("note", .opaque(Note(text: "hello"))),
      ("infinite", .float(.infinity)),
    ]))
  try store.keep(value, under: "k1", parts: "parts")
  #expect(try store.lookup("k1")?.canonical == value.canonical)
  #expect(store.parts(of: "k1") == "parts")
  #expect(try store.lookup("k2") == nil)
  try store.drop("k1")
  #expect(try store.lookup("k1") == nil)
}

@Test func keepingTwiceIsHarmless() throws {
  let store = temporaryStore()
  defer { try? FileManager.default.removeItem(at: store.folder) }
  try store.keep(.int(1), under: "k", parts: "")
  try store.keep(.int(1), under: "k", parts: "")
  #expect(try store.lookup("k") == .int(1))
}

@Test func halfWrittenObjectsAreNotFound() throws {
  let store = temporaryStore()
  defer { try? FileManager.default.removeItem(at: store.folder) }
  try FileManager.default.createDirectory(
    at: store.place(of: "k"), withIntermediateDirectories: true)
  #expect(try store.lookup("k") == nil)
}
