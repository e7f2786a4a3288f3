// JSON-RPC messages, as the Language Server Protocol 3.17 uses them.

import JSON

/// A message from the client.
enum Message {
  case request(id: JSONValue, method: String, params: JSONValue)
  case notification(method: String, params: JSONValue)
  /// An answer to something the server asked; it asks nothing that needs one.
  case answer
  /// JSON, but not a message; `id` is null where none can be told.
  case invalid(id: JSONValue, ResponseError)

  init(_ bytes: [UInt8]) {
    do {
      self.init(try JSONValue(parsing: bytes))
    } catch {
      self = .invalid(id: .null, ResponseError(.parseError, "\(error)"))
    }
  }

  init(_ value: JSONValue) {
    let id = value["id"]
    guard let object = value.object, id.map(Message.isIdentifier) ?? true else {
      self = .invalid(id: .null, ResponseError(.invalidRequest, "this is not a message"))
      return
    }
    guard let method = object["method"]?.text else {
      let isAnswer = id != nil && (object["result"] ?? object["error"]) != nil
      self =
        isAnswer
        ? .answer
        : .invalid(id: id ?? .null, ResponseError(.invalidRequest, "a message names its method"))
      return
    }
    let params = object["params"] ?? .null
    self =
      id.map { .request(id: $0, method: method, params: params) }
      ?? .notification(method: method, params: params)
  }

  private static func isIdentifier(_ value: JSONValue) -> Bool {
    value.int != nil || value.text != nil
  }
}

/// What went wrong with a request.
struct ResponseError: Error {
  enum Code: Int {
    case parseError = -32700
    case invalidRequest = -32600
    case methodNotFound = -32601
    case invalidParams = -32602
    case notInitialized = -32002
    case requestFailed = -32803
    case requestCancelled = -32800
  }

  let code: Code
  let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// What goes to the client.
enum Reply {
  static func result(_ result: JSONValue, to id: JSONValue) -> JSONValue {
    ["jsonrpc": "2.0", "id": id, "result": result]
  }

  static func error(_ error: ResponseError, to id: JSONValue) -> JSONValue {
    [
      "jsonrpc": "2.0", "id": id,
      "error": ["code": .int(error.code.rawValue), "message": .text(error.message)],
    ]
  }

  static func notification(_ method: String, _ params: JSONValue) -> JSONValue {
    ["jsonrpc": "2.0", "method": .text(method), "params": params]
  }

  /// The bytes of a message with its header.
  static func framed(_ message: JSONValue) -> [UInt8] {
    let content = Array(message.compact.utf8)
    return Array("Content-Length: \(content.count)\r\n\r\n".utf8) + content
  }
}

extension JSONValue {
  /// An object without the members that are nil.
  static func object(of members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    .object(JSONObject(members.compactMap { key, value in value.map { (key, $0) } }))
  }
}
