import Foundation
import Language
import Syntax
import Testing
import Vocabulary

/// Programs with expectations inside.
///
/// `### "message"` stands on the line that is complained about, `#> text` on the line that prints;
/// `---` parts programs.
@Suite struct ProgramTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Programs")

  static let files: [String] = {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { $0.hasSuffix(".recipe") }.sorted()
  }()

  static let programs: [ProgramText] = files.flatMap { name -> [ProgramText] in
    let text = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
    var line = 1
    return text.components(separatedBy: "\n---\n").map { part in
      defer { line += part.split(separator: "\n", omittingEmptySubsequences: false).count + 1 }
      return ProgramText(name: "\(name):\(line)", text: part)
    }
  }

  @Test func thereArePrograms() { #expect(ProgramTests.programs.count > 30) }

  @Test(arguments: programs) func programsDoWhatTheySay(_ program: ProgramText) {
    let journal = Journal()
    let source = SourceText(name: "test.recipe", program.stripped)
    let read = Program(
      source, lexicon: TestVocabulary.lexicon(journal),
      directory: ProgramTests.folder.appending(path: "files"))
    var found = read.diagnostics
    if read.isSound {
      let runner = Runner(context: RunContext(directory: read.directory))
      found += runner.run(read).diagnostics
    }
    let complaints = found.map { one in
      ProgramText.Complaint(
        line: source.position(at: one.primary.range.start).line, message: one.message)
    }
    #expect(complaints.sorted() == program.complaints.sorted(), "\(program.name)")
    #expect(journal.all == program.printed, "\(program.name)")
  }
}

/// One program of a file, taken apart into text and expectations.
struct ProgramText: Sendable, CustomTestStringConvertible {
  struct Complaint: Hashable, Comparable, Sendable {
    let line: Int
    let message: String
    static func < (a: Complaint, b: Complaint) -> Bool {
      (a.line, a.message) < (b.line, b.message)
    }
  }

  let name: String
  let stripped: String
  let complaints: [Complaint]
  let printed: [String]
  var testDescription: String { name }

  init(name: String, text: String) {
    self.name = name
    var complaints: [Complaint] = []
    var printed: [String] = []
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let stripped = lines.enumerated().map { index, line -> String in
      var code = line
      if let mark = code.range(of: " #> ") {
        printed.append(String(code[mark.upperBound...]))
        code = String(code[..<mark.lowerBound])
      }
      while let mark = code.range(of: " ### \"", options: .backwards) {
        let message = String(code[mark.upperBound...].dropLast())
        complaints.append(Complaint(line: index + 1, message: message))
        code = String(code[..<mark.lowerBound])
      }
      return code.trimmingCharacters(in: .whitespaces)
    }
    self.stripped = stripped.joined(separator: "\n")
    self.complaints = complaints
    self.printed = printed
  }
}

@Test func theLibraryItselfChecks() {
  let found = TestVocabulary.lexicon().diagnostics
  #expect(found.isEmpty, "\(found.map(\.diagnostic))")
}
