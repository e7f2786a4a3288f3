/// A model's chat template: Jinja as the transformers library runs it.
public struct ChatTemplate: Sendable {
  public let source: String
  /// Whether the template itself says, with `{% generation %}`, what the assistant is to learn.
  public let marksGeneration: Bool
  private let statements: [Statement]

  /// Reads a template once, so that rendering many conversations costs no reading.
  public init(_ source: String) throws(TemplateError) {
    var parser = try TemplateParser(source)
    self.source = source
    statements = try parser.template()
    marksGeneration = parser.hasGeneration
  }

  /// Renders a conversation.
  ///
  /// `bos` and `eos` are what the template calls `bos_token` and `eos_token`; nil leaves them
  /// undefined. `extra` gives any other name, such as `enable_thinking`.
  public func render(
    messages: [Message], tools: TemplateValue? = nil, addGenerationPrompt: Bool = false,
    extra: [String: TemplateValue] = [:], bos: String? = nil, eos: String? = nil,
    now clock: TemplateClock = .fixed
  ) throws(TemplateError) -> Rendering {
    var globals: [(String, Value)] = [
      ("messages", .array(messages.enumerated().map { $1.value(at: $0) })),
      ("tools", tools.map { Value($0, origin: .outside) } ?? .none),
      ("documents", .none),
      ("add_generation_prompt", .bool(addGenerationPrompt)),
    ]
    if let bos { globals.append(("bos_token", .string(bos))) }
    if let eos { globals.append(("eos_token", .string(eos))) }
    for (name, value) in extra where value != .undefined {
      globals.append((name, Value(value, origin: .outside)))
    }
    var renderer = Renderer(clock: clock, globals: globals)
    do {
      _ = try renderer.run(statements)
    } catch {
      throw error.at(line: renderer.line)
    }
    let spans = AssistantSpans(output: renderer.output, messages: messages, eos: eos)
    return Rendering(
      renderer.output, messages.count, spans.parts(hasGeneration: marksGeneration))
  }
}

extension ChatTemplate: Hashable {
  public static func == (left: ChatTemplate, right: ChatTemplate) -> Bool {
    left.source == right.source
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(source)
  }
}

extension Rendering {
  init(_ output: TaggedText, _ messageCount: Int, _ parts: [AssistantSpans.Part]) {
    var bytes = [0]
    bytes.reserveCapacity(output.count + 1)
    var total = 0
    for scalar in output.scalars {
      total += UTF8.width(scalar)
      bytes.append(total)
    }
    var contents = Array(repeating: [Range<Int>](), count: messageCount)
    for stretch in output.stretches {
      guard case .content(let index) = stretch.origin else { continue }
      contents[index].append(bytes[stretch.lower]..<bytes[stretch.upper])
    }
    self.init(
      text: output.string,
      assistant: parts.map {
        AssistantSpan(bytes: bytes[$0.lower]..<bytes[$0.upper], message: $0.message)
      },
      contentSpans: contents)
  }
}
