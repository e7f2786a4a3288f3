import Foundation
import JSON
import LanguageServer
import Testing

/// The conversation itself: framing, order, mistakes of the client.
@Suite("The protocol") struct ProtocolTests {
  /// What a client sends, in pieces, and what it gets.
  private final class Wire {
    var chunks: [[UInt8]]
    /// Whether the next chunk is there before the server asks for it.
    let isEager: Bool
    var output: [UInt8] = []

    init(_ chunks: [[UInt8]], isEager: Bool) {
      self.chunks = chunks
      self.isEager = isEager
    }

    var transport: Transport {
      Transport(
        read: { self.chunks.isEmpty ? [] : self.chunks.removeFirst() },
        isReady: { self.isEager && !self.chunks.isEmpty }, write: { self.output += $0 })
    }

    var messages: [JSONValue] {
      var found: [JSONValue] = []
      var rest = String(decoding: output, as: UTF8.self)[...]
      while let header = rest.range(of: "\r\n\r\n") {
        let length = Int(rest[..<header.lowerBound].dropFirst("Content-Length: ".count)) ?? 0
        let content = Array(rest[header.upperBound...].utf8.prefix(length))
        found.append((try? JSONValue(parsing: content)) ?? .null)
        rest = Substring(rest[header.upperBound...].utf8.dropFirst(length))
      }
      return found
    }
  }

  private func framed(_ message: JSONValue) -> [UInt8] {
    Array("Content-Length: \(message.compact.utf8.count)\r\n\r\n\(message.compact)".utf8)
  }

  private func serve(_ chunks: [[UInt8]], isEager: Bool = true) -> (code: Int32, [JSONValue]) {
    let wire = Wire(chunks, isEager: isEager)
    let server = LanguageServer(lexicon: Client.lexicon, version: "test")
    var loop = ServerLoop(server, wire.transport)
    let code = loop.run()
    return (code, wire.messages)
  }

  private let hello: JSONValue = [
    "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": ["capabilities": [:]],
  ]
  private let shutdown: JSONValue = ["jsonrpc": "2.0", "id": 2, "method": "shutdown"]
  private let exit: JSONValue = ["jsonrpc": "2.0", "method": "exit"]

  @Test func aConversationOpensAndEnds() {
    let (code, messages) = serve([framed(hello), framed(shutdown), framed(exit)])
    #expect(code == 0)
    #expect(messages.map { $0["id"] } == [1, 2])
    #expect(messages[0]["result"]?["serverInfo"]?["name"] == "roux")
    #expect(messages[1]["result"] == .null)
  }

  @Test func exitWithoutShutdownAndAClientThatVanishesAreFailures() {
    #expect(serve([framed(hello), framed(exit)]).code == 1)
    #expect(serve([framed(hello)]).code == 1)
    #expect(serve([framed(hello), framed(shutdown)]).code == 0)
  }

  @Test func bytesMayComeOneByOne() {
    let all = framed(hello) + framed(shutdown) + framed(exit)
    let (code, messages) = serve(all.map { [$0] }, isEager: false)
    #expect(code == 0 && messages.count == 2)
  }

  @Test func malformedMessagesAreAnsweredAndLeftBehind() {
    let broken: [[UInt8]] = [
      Array("Content-Length: nonsense\r\n\r\n".utf8),
      Array("Content-Length: 9\r\n\r\n{\"a\": tru".utf8),
      Array("Content-Length: 2\r\n\r\n[]".utf8),
      Array("Content-Length: 4\r\n\r\n\u{FF}\u{FE}".utf8.prefix(25)),
      framed(["jsonrpc": "2.0", "id": 9]), framed(["id": ["a"], "method": "shutdown"]),
      Array(repeating: UInt8(ascii: "x"), count: 5000),
    ]
    let (code, messages) = serve(
      [framed(hello)] + broken + [framed(shutdown), framed(exit)], isEager: false)
    #expect(code == 0)
    #expect(messages.count == 2 + broken.count)
    #expect(messages.dropFirst().dropLast().allSatisfy { ($0["error"]?["code"]?.int ?? 0) < 0 })
    #expect(messages.last?["id"] == 2)
  }

  @Test func unknownMethodsAreAnsweredAsTheProtocolHasIt() {
    let early: JSONValue = ["jsonrpc": "2.0", "id": 5, "method": "textDocument/hover"]
    let unknown: JSONValue = ["jsonrpc": "2.0", "id": "six", "method": "roux/dance", "params": []]
    let bare: JSONValue = ["jsonrpc": "2.0", "id": 7, "method": "textDocument/hover"]
    let notice: JSONValue = ["jsonrpc": "2.0", "method": "$/setTrace", "params": ["value": "off"]]
    let late: JSONValue = ["jsonrpc": "2.0", "id": 8, "method": "textDocument/hover"]
    let (_, messages) = serve(
      [early, hello, hello, unknown, bare, notice, shutdown, late, exit].map(framed))
    #expect(
      messages.map { $0["error"]?["code"] } == [-32002, nil, -32600, -32601, -32602, nil, -32600])
    #expect(messages[3]["id"] == "six")
  }

  @Test func aCancelledRequestIsNotWorkedOn() {
    let ask: JSONValue = ["jsonrpc": "2.0", "id": 3, "method": "textDocument/hover", "params": [:]]
    let cancel: JSONValue = ["jsonrpc": "2.0", "method": "$/cancelRequest", "params": ["id": 3]]
    let (_, messages) = serve([hello, ask, cancel, shutdown, exit].map(framed))
    #expect(messages.map { $0["error"]?["code"] } == [nil, -32800, nil])
  }

  @Test func aBurstOfChangesIsLookedAtOnce() throws {
    let uri = "file:///nowhere/burst.recipe"
    let open: JSONValue = [
      "jsonrpc": "2.0", "method": "textDocument/didOpen",
      "params": [
        "textDocument": ["uri": .text(uri), "languageId": "roux", "version": 0, "text": ""]
      ],
    ]
    let changes = (1...200).map { version -> JSONValue in
      [
        "jsonrpc": "2.0", "method": "textDocument/didChange",
        "params": [
          "textDocument": ["uri": .text(uri), "version": .int(version)],
          "contentChanges": [["text": .text("x = \(version) + y\n")]],
        ],
      ]
    }
    let burst = ([hello, open] + changes).flatMap(framed)
    let (_, messages) = serve([burst, framed(shutdown), framed(exit)], isEager: false)
    let published = messages.filter { $0["method"] == "textDocument/publishDiagnostics" }
    #expect(published.map { $0["params"]?["version"] } == [200])
    #expect(published.first?["params"]?["diagnostics"]?.list?.count == 1)
  }
}
