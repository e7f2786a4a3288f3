import Foundation
import Templates
import TestSupport
import Testing

/// A file of conversations with what transformers makes of them.
struct TemplateFile: Sendable, CustomTestStringConvertible {
  struct Case: Sendable {
    let name: String
    let messages: [Message]
    let tools: TemplateValue?
    let addGenerationPrompt: Bool
    let expected: String?
    let error: String?
    /// What transformers finds inside of `{% generation %}`, where the template has it.
    let assistantTexts: [String]?
    let assistantSpans: [Range<Int>]?
  }

  let name: String
  let template: String
  let bos: String?
  let eos: String?
  let cases: [Case]

  var testDescription: String { name }

  static let all: [TemplateFile] = {
    guard let folder = SharedFiles.file("data/chat-templates") else { return [] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().compactMap { try? TemplateFile(folder.appending(path: $0)) }
  }()

  init(_ url: URL) throws {
    let value = try TemplateValue(json: Array(Data(contentsOf: url)))
    name = url.deletingPathExtension().lastPathComponent
    template = value["chat_template"]?.string ?? value["template"]?.string ?? ""
    bos = value["bos_token"]?.string
    eos = value["eos_token"]?.string
    cases = (value["cases"]?.items ?? []).map(Case.init)
  }
}

extension TemplateFile.Case {
  init(_ value: TemplateValue) {
    name = value["name"]?.string ?? ""
    messages = (value["messages"]?.items ?? []).compactMap(Message.init)
    tools = value["tools"]
    addGenerationPrompt = value["add_generation_prompt"] == .bool(true)
    expected = value["expected"]?.string ?? value["text"]?.string
    error = value["error"]?.string
    assistantTexts = value["assistant_texts"]?.items?.compactMap(\.string)
    assistantSpans = value["assistant_char_spans"]?.items?.compactMap { span in
      guard case .int(let lower)? = span.items?.first, case .int(let upper)? = span.items?.last
      else { return nil }
      return lower..<upper
    }
  }

  func render(_ template: ChatTemplate, in file: TemplateFile) throws -> Rendering {
    try template.render(
      messages: messages, tools: tools, addGenerationPrompt: addGenerationPrompt,
      bos: file.bos, eos: file.eos)
  }
}

extension TemplateValue {
  subscript(key: String) -> TemplateValue? {
    if case .map(let map) = self { map[key] } else { nil }
  }

  var string: String? {
    if case .text(let text) = self { text } else { nil }
  }

  var items: [TemplateValue]? {
    if case .list(let items) = self { items } else { nil }
  }
}

extension Rendering {
  func text(of bytes: Range<Int>) -> String {
    String(decoding: Array(text.utf8)[bytes], as: UTF8.self)
  }

  var assistantTexts: [String] { assistantSpans.map(text(of:)) }
}
