// What there is to say about a word: of primitives, library functions and names alike.

import Syntax
import Vocabulary

/// The manual's entry for one word.
public struct HelpText: Sendable {
  public struct Parameter: Sendable {
    public let signature: String
    public let summary: String
  }

  public let name: String
  public let summary: String
  /// One for each form of the word.
  public let signatures: [String]
  public let parameters: [Parameter]
  public let examples: [String]
  /// The definition, where it is written in the language.
  public let source: String?

  /// The first sentence of the summary, for lists of words.
  public var headline: String {
    let line = summary.prefix { $0 != "\n" }
    return line.firstRange(of: ". ").map { String(line[...$0.lowerBound]) } ?? String(line)
  }
}

extension Lexicon {
  /// The manual's entry for a word of the library; the first, if it has several forms.
  public func help(for name: String) -> HelpText? {
    guard let first = entries(for: name).first else { return nil }
    let primitives = primitives(named: name)
    guard functions[name] == nil, primitives.count > 1 else { return first }
    return HelpText(
      name: name, summary: first.summary, signatures: primitives.map(\.signature),
      parameters: first.parameters, examples: primitives.flatMap(\.examples), source: nil)
  }

  /// The manual's entries for a word or a type: one for each form that a word has.
  public func entries(for name: String) -> [HelpText] {
    if let function = functions[name] { return [HelpText(function)] }
    if let type = library.type(named: name) { return [HelpText(type)] }
    return primitives(named: name).map(HelpText.init)
  }

  /// The manual's entries of a chapter: whatever a word's work is done in.
  public func entries(in chapter: Chapter) -> [HelpText] {
    let written = functionNames.filter { $0.chapter == chapter }.compactMap { functions[$0.name] }
    return primitives.filter { $0.chapter == chapter }.map(HelpText.init)
      + written.map(HelpText.init)
  }

  /// All words of the library, in order.
  public var words: [String] { Set(callableNames).sorted() }

  /// A word that is spelled like this one.
  public func nearestWord(to name: String) -> String? { nearest(name, in: words) }
}

extension Session {
  /// The entry for a word of the library or a name of the session.
  public func help(for name: String) -> HelpText? {
    switch definitions[name] {
    case .function(let function): return HelpText(function)
    case .value(let typed):
      let documentation = defining(name)?.names.first { $0.name == name }?.documentation
      return HelpText(
        name: name, summary: documentation ?? "", signatures: ["\(name): \(typed.type.widened)"],
        parameters: [], examples: [], source: defining(name).map { $0.source[$0.source.range] })
    case .module(let module): return HelpText(module)
    case .type(let named):
      return HelpText(
        name: name, summary: "", signatures: ["type \(name) = \(named.type)"], parameters: [],
        examples: [], source: nil)
    case nil: return lexicon.help(for: name)
    }
  }
}

extension HelpText {
  init(_ module: Module) {
    name = module.name
    summary = module.file.documentation ?? "A recipe."
    signatures = ["\(module.name)(" + module.formals.map(\.signature).joined(separator: ", ") + ")"]
    parameters = module.formals.map { .init(signature: $0.signature, summary: $0.summary) }
    examples = []
    source = nil
  }

  init(_ function: UserFunction) {
    name = function.name
    summary = function.documentation.words
    let list = function.formals.map(\.signature).joined(separator: ", ")
    signatures = ["\(function.name)(\(list))" + (function.result.map { " -> \($0)" } ?? "")]
    parameters = function.formals.map { Parameter(signature: $0.signature, summary: $0.summary) }
    examples = function.documentation.examples
    source = function.text
  }
}

extension HelpText {
  init(_ primitive: Primitive) {
    name = primitive.name
    summary = primitive.summary
    signatures = [primitive.signature]
    parameters = primitive.slots.map { .init(signature: $0.signature, summary: $0.summary) }
    examples = primitive.examples
    source = nil
  }

  init(_ type: Library.TypeEntry) {
    name = type.name
    summary = type.summary
    let row = RecipeType.record([])
    signatures = [type.name + (type.arity == 0 ? "" : "<…>")]
    parameters = type.members(Array(repeating: row, count: type.arity)).map {
      .init(signature: ".\($0.label): \($0.type)", summary: "")
    }
    examples = []
    source = nil
  }
}
