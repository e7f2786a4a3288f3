import Foundation
import JSON
import Syntax

/// A recipe that the client has open: its text is the client's, whatever the file holds.
struct Document: Sendable {
  /// As the client spells it.
  let uri: String
  let path: String
  private(set) var version: Int?
  private(set) var source: SourceText

  init(uri: String, path: String, version: Int?, text: String) {
    self.uri = uri
    self.path = path
    self.version = version
    source = SourceText(name: URL(filePath: path).lastPathComponent, text)
  }

  /// Makes changes in order; each counts in the text that the one before it left.
  mutating func apply(_ changes: [JSONValue], version: Int?, _ encoding: PositionEncoding) {
    for change in changes {
      guard let text = change["text"]?.text else { continue }
      var bytes = Array(text.utf8)
      if let range = PositionMap(source, encoding).range(change["range"]) {
        bytes = source.bytes[..<range.start] + bytes + source.bytes[range.end...]
      }
      source = SourceText(name: source.name, bytes: bytes)
    }
    self.version = version ?? self.version
  }
}

/// Places of files as the protocol names them.
enum FileAddress {
  /// The path of a `file:` address; nil for others, such as `untitled:`.
  static func path(of uri: String) -> String? {
    guard uri.hasPrefix("file:"), let url = URL(string: uri), url.isFileURL else { return nil }
    return url.standardizedFileURL.path
  }

  static func uri(of path: String) -> String { URL(filePath: path).absoluteString }
}
