import Foundation
import JSON

/// Answers of one model in a file, one a line, added as they come: a killed run asks for none of them
/// again.
///
/// A class for its memory; one thread uses it at a time.
final class AnswerFile {
  private let url: URL?
  private var answers: [String: Answer] = [:]
  private var handle: FileHandle?

  /// - Parameter folder: nil where nothing outlives the process.
  init(folder: URL?, teacher: String) throws {
    url = folder?.appending(path: "\(teacher).jsonl")
    guard let url, let data = try? Data(contentsOf: url) else { return }
    // The last line may have been cut off; it counts as not written.
    for line in data.split(separator: UInt8(ascii: "\n")) {
      guard let json = try? JSONValue(parsing: Array(line)), let id = json["id"]?.text,
        let answer = Answer(json)
      else { continue }
      answers[id] = answer
    }
  }

  deinit { try? handle?.close() }

  subscript(id: String) -> Answer? { answers[id] }

  /// Tokens read and written for all answers so far.
  var tokens: (read: Int, written: Int) {
    answers.values.reduce(into: (0, 0)) { sum, answer in
      sum.0 += answer.read
      sum.1 += answer.written
    }
  }

  func keep(_ answer: Answer, as id: String) throws {
    answers[id] = answer
    guard let url else { return }
    if handle == nil { handle = try open(url) }
    try handle?.write(contentsOf: Data((answer.json(id).compact + "\n").utf8))
  }

  /// The file at its end, after a line that is whole.
  private func open(_ url: URL) throws -> FileHandle {
    let files = FileManager.default
    try files.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    if !files.fileExists(atPath: url.path) { _ = files.createFile(atPath: url.path, contents: nil) }
    let handle = try FileHandle(forUpdating: url)
    let end = try handle.seekToEnd()
    if end > 0 {
      try handle.seek(toOffset: end - 1)
      let last = try handle.read(upToCount: 1)
      if last != Data([UInt8(ascii: "\n")]) { try handle.write(contentsOf: Data("\n".utf8)) }
    }
    return handle
  }
}

extension Answer {
  fileprivate init?(_ json: JSONValue) {
    guard let text = json["text"]?.text else { return nil }
    self.init(
      text: text, notes: json["notes"]?.list?.compactMap(\.text) ?? [],
      read: json["read"]?.int ?? 0, written: json["written"]?.int ?? 0)
  }

  fileprivate func json(_ id: String) -> JSONValue {
    [
      "id": .text(id), "text": .text(text), "notes": .list(notes.map(JSONValue.text)),
      "read": .int(read), "written": .int(written),
    ]
  }
}
