import Foundation
import Language
import Notebook
import Store
import Testing

/// `:why` tells whether a stage would run, and what its key is made of.
@Suite("Why a stage would run") struct WhyTests {
  @Test("A stage runs until its parts are kept, and again when one of them changes")
  func parts() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "why-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let scene = try Scene(store: Store(folder: folder, stored: []))
    func answer(_ cell: String) -> String {
      scene.conversation.answer(cell, replacing: nil)
      return scene.taken()
    }
    let parts = "  practice version 1\n  seed: 0\n  pause: 0\n  steps: "
    let isMissing = "b (practice) would run: no kept result has these parts\n"
    let isKept = "b (practice) is kept: a stage with the same parts has run\n"
    _ = answer("a = 2")
    _ = answer("b = practice(a)")
    #expect(answer(":why b") == isMissing + parts + "2\n")
    _ = answer("b")
    #expect(answer(":why b") == isKept + parts + "2\n")
    _ = answer("a = 3")
    #expect(answer(":why b") == isMissing + parts + "3\n")
    _ = answer("a = 4 - 2")
    #expect(answer(":why b") == isKept + parts + "2\n")
    #expect(answer(":why a") == "no heavy stage: it is made when looked at\n")
    #expect(answer(":why") == "error: why what? Give a name\n")
  }
}
