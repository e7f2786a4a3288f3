import Foundation
import Language
import Notebook
import Testing
import Vocabulary

/// Each file holds what was typed and what was answered, 80 columns wide.
///
/// `RECORD_TRANSCRIPTS=1` writes them anew.
@Suite("Transcripts of the prompt", .serialized)
struct TranscriptTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Transcripts")

  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".txt") }.sorted()

  @Test("What is answered is what is written", arguments: names)
  func transcript(_ name: String) throws {
    let url = Self.folder.appending(path: name)
    let expected = try String(contentsOf: url, encoding: .utf8)
    let found = try Self.replayed(Self.cells(of: expected))
    if ProcessInfo.processInfo.environment["RECORD_TRANSCRIPTS"] != nil {
      try found.write(to: url, atomically: true, encoding: .utf8)
    }
    #expect(found == expected)
  }

  @Test("There are transcripts") func some() { #expect(Self.names.count >= 4) }

  /// The cells that a transcript says were typed.
  private static func cells(of transcript: String) -> [String] {
    var cells: [String] = []
    for line in transcript.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.prefixMatch(of: #/\[\d+\] ▸ /#) != nil {
        cells.append(String(line.split(separator: "▸ ", maxSplits: 1)[1]))
      } else if line.hasPrefix("    · "), !cells.isEmpty {
        cells[cells.count - 1] += "\n" + line.dropFirst(6)
      }
    }
    return cells
  }

  private static func replayed(_ cells: [String]) throws -> String {
    let scene = try Scene()
    var text = ""
    for cell in cells {
      let prompt = scene.conversation.prompt
      let typed = cell.split(separator: "\n", omittingEmptySubsequences: false)
      text += prompt.first + typed.joined(separator: "\n" + prompt.continuation) + "\n"
      let replaced = scene.conversation.recalled?.number
      scene.conversation.recalled = nil
      scene.conversation.answer(cell, replacing: replaced)
      text += scene.taken()
    }
    return text
  }
}

/// A conversation whose answers go to a file.
final class Scene {
  let conversation: Conversation
  let folder: URL
  private let file: Int32

  init(isInteractive: Bool = true, store: (any ResultStore)? = nil) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "roux-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    file = open(folder.appending(path: "answers").path, O_RDWR | O_CREAT, 0o600)
    let channel = OutputChannel(file, environment: ["COLUMNS": "80"])
    conversation = Conversation(
      lexicon: PromptVocabulary.lexicon, context: RunContext(directory: folder, scratch: folder),
      store: store,
      over: .init(
        results: channel, messages: channel, isInteractive: isInteractive,
        source: { .reader(LineReader(input: -1, completeness: $0.completeness)) }))
  }

  deinit {
    close(file)
    try? FileManager.default.removeItem(at: folder)
  }

  private var position: off_t = 0

  /// What was answered since the last look.
  func taken() -> String {
    let end = lseek(file, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: Int(end - position))
    let count = pread(file, &bytes, bytes.count, position)
    position = end
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
