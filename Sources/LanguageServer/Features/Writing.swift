// Help while writing: hover, completion, signatures.

import JSON
import Language
import Syntax

extension LanguageServer {
  // MARK: Hover

  func hover(_ analysis: Analysis, _ map: PositionMap, _ offset: Int) -> JSONValue {
    guard let explanation = analysis.explanation(at: offset) else { return .null }
    return [
      "contents": markdown(explanation.markdown), "range": map.json(explanation.range),
    ]
  }

  private func markdown(_ text: String) -> JSONValue { ["kind": "markdown", "value": .text(text)] }

  // MARK: Completion

  func completions(_ analysis: Analysis, _ map: PositionMap, _ offset: Int) -> JSONValue {
    let found = analysis.surroundings(at: offset).completions(at: offset, in: analysis.source)
    let range = map.json(Completion.range(at: offset, in: analysis.source))
    let items = found.enumerated().map { place, completion in
      json(completion, place, range)
    }
    return ["isIncomplete": false, "items": .list(items)]
  }

  private func json(_ completion: Completion, _ place: Int, _ range: JSONValue) -> JSONValue {
    let order = String(place)
    return .object(of: [
      "label": .text(completion.label), "kind": .int(completion.kind.number),
      "detail": completion.detail.isEmpty ? nil : .text(completion.detail),
      "documentation": completion.summary.isEmpty ? nil : .text(completion.summary),
      "sortText": .text(String(repeating: "0", count: max(0, 5 - order.count)) + order),
      "filterText": .text(completion.text),
      "textEdit": ["range": range, "newText": .text(completion.text)],
      "data": ["word": .text(completion.text), "kind": .text(completion.kind.rawValue)],
    ])
  }

  /// The entry of the manual, for the one completion that the user looks at.
  func resolved(_ item: JSONValue) -> JSONValue {
    guard var object = item.object, let word = item["data"]?["word"]?.text,
      let kind = item["data"]?["kind"]?.text.flatMap(Completion.Kind.init),
      kind == .function || kind == .type, object["documentation"] == nil
    else { return item }
    let entries = workspace.lexicon.entries(for: word)
    guard !entries.isEmpty else { return item }
    let texts = entries.map { Hover($0, at: SourceRange(0, 0)).markdown }
    object["documentation"] = markdown(texts.joined(separator: "\n\n---\n\n"))
    return .object(object)
  }

  // MARK: Signatures

  func signature(_ analysis: Analysis, _ offset: Int) -> JSONValue {
    let surroundings = analysis.surroundings(at: offset)
    guard let hint = surroundings.signatureHint(at: offset, in: analysis.source) else {
      return .null
    }
    let parameters = zip(hint.parameters, hint.summaries).map { signature, summary in
      JSONValue.object(of: [
        "label": .text(signature), "documentation": summary.isEmpty ? nil : .text(summary),
      ])
    }
    let label = "\(hint.name)(\(hint.parameters.joined(separator: ", ")))"
    // Beyond the last parameter none is marked; left out, the first would be.
    let active = JSONValue.int(hint.current ?? hint.parameters.count)
    return [
      "signatures": [
        ["label": .text(label), "parameters": .list(parameters), "activeParameter": active]
      ],
      "activeSignature": 0, "activeParameter": active,
    ]
  }
}

extension Hover {
  /// Signatures as code, then the words.
  var markdown: String {
    var parts = ["```roux\n" + signatures.joined(separator: "\n") + "\n```"]
    if !summary.isEmpty { parts.append(summary) }
    if !details.isEmpty { parts.append(details.map { "- \($0)" }.joined(separator: "\n")) }
    if !examples.isEmpty { parts.append("```roux\n" + examples.joined(separator: "\n") + "\n```") }
    return parts.joined(separator: "\n\n")
  }
}

extension Completion {
  /// What the list shows: a label without the space that it brings.
  fileprivate var label: String { kind == .label ? String(text.dropLast()) : text }
}

extension Completion.Kind {
  /// The number that the protocol has for what comes closest.
  fileprivate var number: Int {
    switch self {
    case .function: 3
    case .column: 5
    case .name: 6
    case .label, .member: 10
    case .unit: 11
    case .choice: 12
    case .keyword: 14
    case .path: 17
    case .type: 22
    }
  }
}
