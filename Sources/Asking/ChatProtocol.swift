import Foundation
import JSON
import Models
import Templates
import Vocabulary

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

// What is sent to an endpoint, and how what comes back is read.

extension Endpoint {
  /// The request for one answer.
  func request(_ wish: Wish, key: String?) throws -> URLRequest {
    let base = address.hasSuffix("/") ? String(address.dropLast()) : address
    guard let url = URL(string: base + "/chat/completions") else {
      throw EndpointError(problem: "\(address) is no address", advice: "As in http://host:8080/v1.")
    }
    var request = URLRequest(url: url, timeoutInterval: timeout)
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    if let key { request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization") }
    request.httpBody = Data(body(wish).compact.utf8)
    return request
  }

  private func body(_ wish: Wish) -> JSONValue {
    let question = wish.question
    var object = JSONObject([
      ("model", .text(model)),
      ("messages", .list(messages(question))),
      ("max_tokens", .int(question.maximum)),
      ("temperature", .number(question.sampling.temperature)),
    ])
    if let topP = question.sampling.topP { object["top_p"] = .number(topP) }
    if !question.stop.isEmpty { object["stop"] = .list(question.stop.map(JSONValue.text)) }
    // The seed of a row, so that a server that heeds it draws the same again.
    if question.isDrawn { object["seed"] = .int(Int(wish.draw >> 1)) }
    if let shape = question.shape, let format = format(shape.type.type.schema) {
      object["response_format"] = format
    }
    return .object(object)
  }

  private func format(_ schema: JSONValue) -> JSONValue? {
    switch records {
    case .schema:
      [
        "type": "json_schema",
        "json_schema": ["name": "answer", "strict": true, "schema": schema],
      ]
    case .object: ["type": "json_object", "schema": schema]
    case .plain: nil
    }
  }

  /// A server that does not hold answers to a schema is at least told of it.
  private func messages(_ question: Question) -> [JSONValue] {
    var turns = question.messages.map { (role: $0.role, content: $0.textContent) }
    if let shape = question.shape, let last = turns.indices.last {
      turns[last].content += "\n\nAnswer with one JSON object and nothing else: \(shape.type.type)"
    }
    return turns.map { ["role": .text($0.role), "content": .text($0.content)] }
  }
}

extension Message {
  /// The content where it is a text, as it is in messages that recipes write.
  fileprivate var textContent: String {
    if case .text(let text) = content { return text }
    return ""
  }
}

extension Answer {
  /// The answer in the body of a response; nil where it is not what the protocol says.
  init?(body: Data, asking question: Question) {
    guard let json = try? JSONValue(parsing: Array(body)),
      let choice = json["choices"]?.list?.first, let text = choice["message"]?["content"]?.text
    else { return nil }
    let isCut = choice["finish_reason"]?.text == "length"
    // Who gives no account is counted by length: some four bytes make a token.
    let asked = question.messages.reduce(0) { $0 + $1.textContent.utf8.count }
    self.init(
      text: text, notes: isCut ? ["cut at \(question.maximum) tokens"] : [],
      read: json["usage"]?["prompt_tokens"]?.int ?? (asked / 4 + 1),
      written: json["usage"]?["completion_tokens"]?.int ?? (text.utf8.count / 4 + 1))
  }
}

extension Question {
  /// At most so many tokens are read and written for one answer, by a cautious guess.
  var mostTokens: (read: Int, written: Int) {
    let bytes = messages.reduce(0) { $0 + $1.textContent.utf8.count }
    return (bytes / 2 + 16 * messages.count + 16, maximum)
  }
}

extension RecipeType {
  /// The type in JSON Schema.
  var schema: JSONValue {
    switch self {
    case .bool: ["type": "boolean"]
    case .int: ["type": "integer"]
    case .float: ["type": "number"]
    case .text: ["type": "string"]
    case .choice(let texts): ["type": "string", "enum": .list(texts.map(JSONValue.text))]
    case .optional(let type): ["anyOf": .list([type.schema, ["type": "null"]])]
    case .either(let types): ["anyOf": .list(types.map(\.schema))]
    case .list(let type): ["type": "array", "items": type.schema]
    case .record(let fields):
      [
        "type": "object",
        "properties": .object(JSONObject(fields.map { ($0.label, $0.type.schema) })),
        "required": .list(fields.map { .text($0.label) }), "additionalProperties": false,
      ]
    // `RecordShape` has refused these.
    case .none, .path, .quantity, .function, .row, .column, .rowType, .data, .tensor, .opaque, .any,
      .unknown:
      [:]
    }
  }
}
