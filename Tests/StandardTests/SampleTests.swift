import Foundation
import Language
import Syntax
import TestSupport
import Testing

/// The samples of the language's description: whole recipes on real rows, as small as can be.
///
/// They run one after another in one folder, as later ones open what earlier ones saved.
@Suite(.serialized, .enabled(if: SharedFiles.folder != nil, "needs the shared rows"))
struct SampleTests {
  private static let order = [
    "sft", "dpo", "helpsteer2_rm", "drpo", "datagen", "eval", "sweep", "losses",
  ]

  @Test func everySampleIsRun() {
    let found = Recipes.files(in: "Tests/StandardTests/Samples")
      .map { $0.deletingPathExtension().lastPathComponent }
    #expect(found.sorted() == SampleTests.order.sorted())
  }

  @Test func samplesCheckAndRun() throws {
    let folder = try Recipes.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    for file in Recipes.files(in: "Tests/StandardTests/Samples") {
      try FileManager.default.copyItem(
        at: file, to: folder.appending(path: file.lastPathComponent))
    }
    // An imported recipe is checked with the defaults of its params, so the rows lie where they say.
    try FileManager.default.createSymbolicLink(
      at: folder.appending(path: "data"),
      withDestinationURL: try #require(SharedFiles.file("data")))
    for name in SampleTests.order {
      let file = folder.appending(path: "\(name).recipe")
      let ran = Ran(
        try String(contentsOf: file, encoding: .utf8), named: file.lastPathComponent, in: folder)
      #expect(ran.exitCode == 0, "\(name) said\n\(ran.said)")
      #expect(ran.diagnostics.isEmpty, "\(name) said\n\(ran.said)")
    }
    let scores = try String(
      contentsOf: folder.appending(path: "out/scores.csv"), encoding: .utf8)
    #expect(
      scores.split(separator: "\n").first
        == "model,task,acc,acc_stderr,count,acc_norm,acc_norm_stderr,acc_bytes,acc_bytes_stderr")
    #expect(scores.split(separator: "\n").count == 9)
  }
}
