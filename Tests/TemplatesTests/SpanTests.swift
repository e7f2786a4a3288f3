import Templates
import Testing

@Suite("Who wrote which bytes")
struct SpanTests {
  func render(
    _ source: String, _ turns: [(String, String)], prompt: Bool = false, eos: String? = nil,
    extra: [String: TemplateValue] = [:]
  ) throws -> Rendering {
    try ChatTemplate(source).render(
      messages: turns.map { Message(role: $0.0, content: $0.1) }, addGenerationPrompt: prompt,
      extra: extra, eos: eos)
  }

  /// Operations on a content, and the bytes that are still the message's.
  static let operations: [(String, String)] = [
    ("c | trim", "Hé, the <b>"), ("c.strip()", "Hé, the <b>"), ("c[2:5]", "Hé,"),
    ("c[::-1]", ">b< eht ,éH"), ("c | upper", "HÉ, THE <B>"),
    ("'(' + c.strip() + ')'", "Hé, the <b>"),
    ("c.split(',')[-1].strip()", "the <b>"), ("c | replace('the', 'a')", "Hé, a <b>"),
    ("c.replace('<', '&lt;')", "Hé, the &lt;b>"), ("c | e", "Hé, the &lt;b&gt;"),
    ("[c, '!'] | join('-')", "Hé, the <b>"), ("c | list | join", "Hé, the <b>"),
    ("c | tojson", "Hé, the <b>"), ("[c] | string", "Hé, the <b>"), ("{'k': c}", "Hé, the <b>"),
    ("'%s{}'.format(c)", "Hé, the <b>"), ("c.split() | last", "<b>"), ("c | title", "Hé, The <B>"),
    ("c ~ 1", "Hé, the <b>"), ("c if c else ''", "Hé, the <b>"), ("m(c)", "Hé, the <b>"),
  ]

  @Test("Operations keep the origin of what they keep", arguments: operations)
  func operationsKeepOrigins(operation: String, kept: String) throws {
    let source = """
      {% macro m(x) %}[{{ x }}]{% endmacro %}{% set c = messages[0].content %}{{ \(operation) }}
      """
    let rendering = try render(source, [("user", "  Hé, the <b>  ")])
    let pieces = rendering.contentSpans[0].map(rendering.text(of:)).joined()
    #expect(pieces.split(separator: " ").joined(separator: " ") == kept)
    #expect(rendering.assistant.isEmpty)
  }

  @Test("Captured and filtered blocks keep origins")
  func capturedBlocks() throws {
    let source = """
      {% set a %}<{{ messages[0].content }}>{% endset %}{% filter upper %}x{{ a }}{% endfilter %}
      """
    let rendering = try render(source, [("assistant", "hi")], eos: ">")
    #expect(rendering.text == "X<HI>")
    #expect(rendering.contentSpans == [[2..<4]])
    #expect(rendering.assistantTexts == ["HI>"])
  }

  @Test("Without an end marker a span is the words alone")
  func withoutMarker() throws {
    let source = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
    let rendering = try render(source, [("user", "a"), ("assistant", "b"), ("user", "c")])
    #expect(rendering.assistantTexts == ["b"])
  }

  @Test("The header of the next turn is no end, loop or not")
  func headersEndNothing() throws {
    let inLoop = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}<|end|>"
    let byIndex = """
      {% for i in range(messages | length) %}<|user|>{{ messages[i].content }}{% endfor %}<|end|>
      """
    for source in [inLoop, byIndex] {
      let rendering = try render(source, [("assistant", "b"), ("user", "c")])
      #expect(rendering.assistantTexts == ["b"])
    }
  }

  @Test("Words of the assistant that a template repeats elsewhere take no user's turn along")
  func repeatedWords() throws {
    let source = """
      Last: {{ messages[1].content }};
      {% for m in messages %}{{ m.content }}<|end|>{% endfor %}
      """
    let rendering = try render(source, [("user", "hi"), ("assistant", "hi")])
    #expect(rendering.text == "Last: hi;\nhi<|end|>hi<|end|>")
    #expect(rendering.assistantSpans == [6..<8, 19..<28])
  }

  @Test("An empty answer is still an answer: its end marker")
  func emptyAnswer() throws {
    let rendering = try ChatTemplate.chatML.render(
      messages: [Message(role: "user", content: ""), Message(role: "assistant", content: "")])
    #expect(rendering.assistantTexts == ["<|im_end|>"])
  }

  @Test("Generation blocks count exactly, also inside a macro")
  func generationInMacro() throws {
    let source = """
      {% macro turn(m) %}<{{ m.role }}>{% generation %}{{ m.content }}!{% endgeneration %}\n{% endmacro %}
      {% for m in messages %}{{ turn(m) | trim }}{% endfor %}
      """
    let rendering = try render(source, [("assistant", "é"), ("assistant", "b")])
    #expect(rendering.text == "<assistant>é!<assistant>b!")
    #expect(rendering.assistantTexts == ["é!", "b!"])
    #expect(rendering.assistant.map(\.message) == [0, 1])
    #expect(rendering.lastAssistantSpans == [25..<27])
  }

  @Test("ChatML writes turns between its markers")
  func chatML() throws {
    let rendering = try ChatTemplate.chatML.render(
      messages: [Message(role: "user", content: "2+2?"), Message(role: "assistant", content: "4")],
      addGenerationPrompt: true)
    #expect(
      rendering.text
        == "<|im_start|>user\n2+2?<|im_end|>\n<|im_start|>assistant\n4<|im_end|>\n<|im_start|>assistant\n"
    )
    #expect(rendering.assistantTexts == ["4<|im_end|>"])
  }

  @Test("The plain template writes lines")
  func plain() throws {
    let messages = [
      Message(role: "user", content: "a"), Message(role: "assistant", content: "b"),
      Message(role: "user", content: "c"),
    ]
    let rendering = try ChatTemplate.plain.render(messages: messages, eos: "</s>")
    #expect(rendering.text == "a\nb</s>\nc")
    #expect(rendering.assistantTexts == ["b</s>"])
    let prompt = try ChatTemplate.plain.render(messages: messages, addGenerationPrompt: true)
    #expect(prompt.text == "a\nb\nc\n")
  }

  @Test("The heading template writes OpenBezoar's three headings")
  func heading() throws {
    let messages = [
      Message(role: "system", content: "S"), Message(role: "user", content: "U"),
      Message(role: "assistant", content: "A"),
    ]
    let rendering = try ChatTemplate.heading.render(messages: messages, eos: "</s>")
    #expect(
      rendering.text == "### System:\nS\n\n### Instruction:\nU\n\n### Response:\nA</s>")
    #expect(rendering.assistantTexts == ["A</s>"])
    let bare = try ChatTemplate.heading.render(
      messages: Array(messages[1...]), extra: ["append_eos": false], eos: "</s>")
    #expect(bare.text.hasPrefix("### System:\nBelow is an instruction that describes a task, "))
    #expect(bare.text.hasSuffix("request.\n\n### Instruction:\nU\n\n### Response:\nA"))
    let prompt = try ChatTemplate.heading.render(
      messages: Array(messages[..<2]), addGenerationPrompt: true)
    #expect(prompt.text == "### System:\nS\n\n### Instruction:\nU\n\n### Response:\n")
    #expect(throws: TemplateError.self) {
      try ChatTemplate.heading.render(messages: [Message(role: "tool", content: "")])
    }
  }
}
