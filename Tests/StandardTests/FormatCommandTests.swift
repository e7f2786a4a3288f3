import Foundation
import Testing

/// `roux fmt` as it is typed.
@Suite(.enabled(if: Executable.roux != nil, "roux is not built"))
struct FormatCommandTests {
  private let folder: URL

  init() throws { folder = try Recipes.temporaryFolder() }

  private func write(_ text: String, to name: String) throws -> URL {
    let file = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file
  }

  private func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

  @Test func filesAndFoldersAreLaidOut() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let one = try write("a=1\n", to: "one.recipe")
    let two = try write("b = [1,2,]\n", to: "more/deep/two.recipe")
    let other = try write("c=1\n", to: "more/notes.txt")
    let hidden = try write("d=1\n", to: "more/.store/hidden.recipe")
    let ended = try Executable.run(["fmt", "one.recipe", "more"], in: folder)
    #expect(ended.exitCode == 0 && ended.said.isEmpty, "\(ended.said)")
    #expect(try text(one) == "a = 1\n")
    #expect(try text(two) == "b = [1, 2]\n")
    #expect(try text(other) == "c=1\n")
    #expect(try text(hidden) == "d=1\n")
  }

  @Test func checkingListsWhatWouldChangeAndWritesNothing() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let odd = try write("a=1\n", to: "all/odd.recipe")
    _ = try write("a = 1\n", to: "all/even.recipe")
    let ended = try Executable.run(["fmt", "--check", "all"], in: folder)
    #expect(ended.exitCode == 1)
    #expect(ended.said == "all/odd.recipe\n")
    #expect(try text(odd) == "a=1\n")
    #expect(try Executable.run(["fmt", "--check", "all/even.recipe"], in: folder).exitCode == 0)
  }

  @Test func whatDoesNotParseIsLeftAloneAndTheRestIsDone() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let broken = try write("a =  (1\n", to: "broken.recipe")
    let good = try write("b=1\n", to: "good.recipe")
    let ended = try Executable.run(["fmt", "broken.recipe", "good.recipe"], in: folder)
    #expect(ended.exitCode == 3)
    #expect(ended.said.contains("E0106") && ended.said.contains("broken.recipe:1:6"))
    #expect(try text(broken) == "a =  (1\n")
    #expect(try text(good) == "b = 1\n")
  }

  @Test func aMissingFileIsAUsageError() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let ended = try Executable.run(["fmt", "nowhere.recipe"], in: folder)
    #expect(ended.exitCode == 2)
    #expect(ended.said.contains("nowhere.recipe"))
  }

  @Test func standardInputIsWrittenToStandardOutput() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let input = try write("a=1 // why\n", to: "input")
    let ended = try Executable.run(["fmt", "-"], in: folder, input: input)
    #expect(ended.exitCode == 0)
    #expect(ended.said == "a = 1  // why\n")
    let checked = try Executable.run(["fmt", "--check", "-"], in: folder, input: input)
    #expect(checked.exitCode == 1)
    let broken = try write("a = (", to: "broken")
    #expect(try Executable.run(["fmt", "-"], in: folder, input: broken).exitCode == 3)
  }

  @Test func linksAndPermissionsStay() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let target = try write("a=1\n", to: "target.recipe")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: target.path)
    let link = folder.appending(path: "link.recipe")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
    #expect(try Executable.run(["fmt", "link.recipe"], in: folder).exitCode == 0)
    #expect(try text(target) == "a = 1\n")
    let attributes = try FileManager.default.attributesOfItem(atPath: link.path)
    #expect(attributes[.type] as? FileAttributeType == .typeSymbolicLink)
    let kept = try FileManager.default.attributesOfItem(atPath: target.path)
    #expect(kept[.posixPermissions] as? Int == 0o640)
  }
}
