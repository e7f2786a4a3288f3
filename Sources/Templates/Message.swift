/// One turn of a conversation.
public struct Message: Hashable, Sendable {
  public var role: String
  /// A text, or the parts that some templates take: maps with `type` and `text`.
  public var content: TemplateValue
  /// The other things the message says, such as `tool_calls`, `name` or `reasoning_content`.
  public var fields: TemplateMap

  public init(role: String, content: TemplateValue, fields: TemplateMap = TemplateMap()) {
    self.role = role
    self.content = content
    self.fields = fields
  }

  public init(role: String, content: String) {
    self.init(role: role, content: .text(content))
  }

  /// Reads a map with `role` and, mostly, `content`; nil where there is no role.
  public init?(_ value: TemplateValue) {
    guard case .map(var map) = value, case .text(let role)? = map["role"] else { return nil }
    let content = map["content"] ?? .undefined
    map["role"] = nil
    map["content"] = nil
    self.init(role: role, content: content, fields: map)
  }

  /// Whether the model writes this message.
  ///
  /// Gemma's rows call the assistant `model`.
  public var isAssistant: Bool { role == "assistant" || role == "model" }
}

extension Message {
  /// The parts, besides the content, that the model itself writes.
  private static let written: Set<String> = [
    "reasoning_content", "reasoning", "thinking", "tool_calls",
  ]

  /// The message as templates see it, each text knowing where it comes from.
  func value(at index: Int) -> Value {
    var map = MapValue()
    map.message = index
    map.set("role", to: .text(TaggedText(role, origin: .outside)))
    if content != .undefined {
      map.set("content", to: Value(content, origin: .content(index)))
    }
    for pair in fields.pairs {
      let isWritten = Self.written.contains(pair.key)
      var value = Value(pair.value, origin: isWritten ? .field(index) : .outside)
      if isWritten, case .list(var list) = value {
        list.callsOfMessage = index
        value = .list(list)
      }
      map.set(pair.key, to: value)
    }
    return .map(map)
  }
}

extension Value {
  /// A value from outside, its texts marked with where it comes from.
  init(_ value: TemplateValue, origin: Origin?) {
    switch value {
    case .undefined: self = .undefined("the value is undefined")
    case .none: self = .none
    case .bool(let flag): self = .bool(flag)
    case .int(let whole): self = .int(whole)
    case .float(let real): self = .float(real)
    case .text(let text): self = .text(TaggedText(text, origin: origin))
    case .list(let items): self = .array(items.map { Value($0, origin: origin) })
    case .map(let pairs):
      var map = MapValue()
      for pair in pairs.pairs { map.set(pair.key, to: Value(pair.value, origin: origin)) }
      self = .map(map)
    }
  }
}
