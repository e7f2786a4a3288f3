import Templates
import Tokenizers

extension LanguageModel {
  /// A conversation and the answers that may follow it, as tokens.
  ///
  /// The template renders conversation and answer together and tells which bytes are the answer's:
  /// these, with the marker that ends a turn, are the targets. Prompt and answer are tokenised
  /// apart, so that the border is exact.
  public func example(prompt: [Message], completions: [String]) throws -> Example {
    guard templateSource != nil else { return plainExample(prompt, completions) }
    let pieces = try completions.map { try turn(after: prompt, $0) }
    let head = pieces.first?.prompt ?? ""
    guard pieces.allSatisfy({ $0.prompt == head }) else {
      throw ModelError(
        model: name, problem: "has a chat template that writes another prompt for another answer",
        advice: "Use a template whose prompt does not depend on the answer.")
    }
    return Example(
      prompt: tokenizer.encode(head),
      completions: pieces.map { Example.Completion(tokenizer.encode($0.answer)) })
  }

  /// A whole conversation in which every turn of the assistant is a target.
  public func example(conversation: [Message]) throws -> Example {
    guard templateSource != nil else { return plainConversation(conversation) }
    let rendering = try render(conversation, addGenerationPrompt: false)
    let bytes = Array(rendering.text.utf8)
    var tokens: [Int32] = []
    var marks: [Bool] = []
    var place = 0
    func append(_ range: Range<Int>, isTarget: Bool) {
      let part = tokenizer.encode(String(decoding: bytes[range], as: UTF8.self))
      tokens += part
      marks += part.map { _ in isTarget }
    }
    for span in rendering.assistantSpans {
      append(place..<span.lowerBound, isTarget: false)
      append(span, isTarget: true)
      place = span.upperBound
    }
    append(place..<bytes.count, isTarget: false)
    return Example(prompt: [], completions: [.init(tokens: tokens, isTarget: marks)])
  }

  /// The tokens of a conversation after which the model is to answer.
  public func prompt(_ messages: [Message]) throws -> [Int32] {
    guard templateSource != nil else { return plainPrompt(messages) }
    return tokenizer.encode(try render(messages, addGenerationPrompt: true).text)
  }

  private func render(_ messages: [Message], addGenerationPrompt: Bool) throws -> Rendering {
    func piece(_ id: Int?) -> String? { id.map { tokenizer.piece(Int32($0)) } }
    return try template.render(
      messages: messages, addGenerationPrompt: addGenerationPrompt,
      bos: piece(tokenizer.special.bos), eos: piece(tokenizer.special.eos))
  }

  private func turn(after prompt: [Message], _ answer: String) throws
    -> (prompt: String, answer: String)
  {
    let messages = prompt + [Message(role: "assistant", content: answer)]
    let rendering = try render(messages, addGenerationPrompt: false)
    guard let span = rendering.lastAssistantSpan else {
      throw ModelError(
        model: name, problem: "has a chat template that leaves out the last answer",
        advice: "Is the conversation one that the template allows?")
    }
    let bytes = Array(rendering.text.utf8)
    return (
      String(decoding: bytes[..<span.lowerBound], as: UTF8.self),
      String(decoding: bytes[span], as: UTF8.self)
    )
  }
}

// Models without a chat template: what the prompt says, the answer, the end token.
extension LanguageModel {
  private func plainPrompt(_ messages: [Message]) -> [Int32] {
    let text = messages.map(\.plainText).joined(separator: "\n")
    var ids = tokenizer.encode(text, addSpecial: true)
    if let eos = tokenizer.special.eos, ids.last == Int32(eos) { ids.removeLast() }
    return ids
  }

  private func plainExample(_ prompt: [Message], _ completions: [String]) -> Example {
    let end = tokenizer.special.eos.map { [Int32($0)] } ?? []
    return Example(
      prompt: plainPrompt(prompt),
      completions: completions.map { Example.Completion(tokenizer.encode($0) + end) })
  }

  private func plainConversation(_ messages: [Message]) -> Example {
    let end = tokenizer.special.eos.map { [Int32($0)] } ?? []
    var tokens = plainPrompt([])
    var marks = tokens.map { _ in false }
    for message in messages {
      let isTarget = message.role == "assistant"
      let part = tokenizer.encode(message.plainText) + (isTarget ? end : [])
      tokens += part
      marks += part.map { _ in isTarget }
    }
    return Example(prompt: [], completions: [.init(tokens: tokens, isTarget: marks)])
  }
}

extension Message {
  /// The content of a message that is one text, or whose parts are.
  fileprivate var plainText: String {
    switch content {
    case .text(let text): text
    case .list(let parts):
      parts.compactMap { part in
        guard case .map(let map) = part, case .text(let text)? = map["text"] else { return nil }
        return text
      }.joined()
    case .undefined, .none, .bool, .int, .float, .map: ""
    }
  }
}

extension Rendering {
  /// From the first to the last byte that the last answer teaches.
  fileprivate var lastAssistantSpan: Range<Int>? {
    guard let first = lastAssistantSpans.first, let last = lastAssistantSpans.last else {
      return nil
    }
    return first.lowerBound..<last.upperBound
  }
}
