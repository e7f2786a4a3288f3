// Bytes in, bytes out: which message is answered next, and when diagnostics are made.

import Foundation
import JSON
import Language

/// Where a client's messages come from and where answers go.
public struct Transport {
  /// Waits for bytes and gives them; none at the end.
  let read: () -> [UInt8]
  /// Whether `read` would give something without waiting.
  let isReady: () -> Bool
  let write: ([UInt8]) -> Void

  public init(
    read: @escaping () -> [UInt8], isReady: @escaping () -> Bool,
    write: @escaping ([UInt8]) -> Void
  ) {
    self.read = read
    self.isReady = isReady
    self.write = write
  }

  /// Standard input and output.
  public static var standard: Transport {
    Transport(
      read: { Array(FileHandle.standardInput.availableData) },
      isReady: {
        var ready = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&ready, 1, 0) > 0
      },
      write: { FileHandle.standardOutput.write(Data($0)) })
  }
}

/// Serves one client until it says `exit` or goes away.
///
/// One thread suffices: a look at a recipe takes milliseconds. All that has arrived is taken in
/// before anything is answered, so a request that has been cancelled is not worked on, and a burst
/// of changes leads to one look, at the newest text.
public struct ServerLoop {
  private var server: LanguageServer
  private let transport: Transport
  private var reader = MessageReader()
  private var waiting: [Message] = []
  private var isAtEnd = false

  public init(_ server: LanguageServer, _ transport: Transport = .standard) {
    self.server = server
    self.transport = transport
  }

  /// The exit code of the program.
  public mutating func run() -> Int32 {
    while server.exitCode == nil {
      takeIn()
      if waiting.isEmpty {
        if server.hasChanges {
          send(server.published())
        } else if isAtEnd {
          return server.codeAtEnd
        } else {
          receive()
        }
      } else {
        send(server.receive(waiting.removeFirst()))
      }
    }
    return server.codeAtEnd
  }

  /// Takes in all that can be had without waiting.
  private mutating func takeIn() {
    while !isAtEnd && transport.isReady() { receive() }
  }

  private mutating func receive() {
    let bytes = transport.read()
    isAtEnd = bytes.isEmpty
    reader.append(bytes)
    while let frame = reader.next() {
      switch frame {
      case .malformed(let problem):
        waiting.append(.invalid(id: .null, ResponseError(.parseError, problem)))
      case .content(let content): take(Message(content))
      }
    }
  }

  /// Puts a message in line; a cancellation answers the request that still waits.
  private mutating func take(_ message: Message) {
    guard case .notification("$/cancelRequest", let params) = message else {
      return waiting.append(message)
    }
    let place = waiting.firstIndex { one in
      guard case .request(let id, _, _) = one else { return false }
      return id == params["id"]
    }
    guard let place, case .request(let id, _, _) = waiting[place] else { return }
    waiting[place] = .invalid(id: id, ResponseError(.requestCancelled, "cancelled"))
  }

  private func send(_ messages: [JSONValue]) {
    for message in messages { transport.write(Reply.framed(message)) }
  }
}
