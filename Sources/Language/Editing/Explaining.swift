// What there is to say about the word at a place.

import Syntax
import Vocabulary

/// What an editor shows about a word.
public struct Hover: Sendable {
  /// The word that is meant.
  public let range: SourceRange
  /// Lines of recipe: a signature, or a name and its type.
  public let signatures: [String]
  public let summary: String
  /// Further lines: columns, parameters.
  public let details: [String]
  public let examples: [String]

  init(
    _ range: SourceRange, _ signatures: [String], _ summary: String = "", details: [String] = [],
    examples: [String] = []
  ) {
    self.range = range
    self.signatures = signatures
    self.summary = summary
    self.details = details
    self.examples = examples
  }

  public init(_ help: HelpText, at range: SourceRange) {
    self.init(
      range, help.signatures, help.summary,
      details: help.parameters.map {
        $0.summary.isEmpty ? "`\($0.signature)`" : "`\($0.signature)` — \($0.summary)"
      }, examples: help.examples)
  }
}

extension Analysis {
  public func explanation(at offset: Int) -> Hover? {
    if let occurrence = resolution.occurrence(at: offset) { return explanation(of: occurrence) }
    return quantity(at: offset)
  }

  private func explanation(of occurrence: Resolution.Occurrence) -> Hover? {
    let range = occurrence.range
    switch occurrence.meaning {
    case .symbol(let index): return explanation(of: index, at: range)
    case .imported(let path, let name): return explanation(of: name, in: path, at: range)
    case .word(let word): return explanation(of: word, at: range)
    case .label(let label, let word):
      let formals = formals(of: word, at: range)
      return formals.first { $0.name == label || $0.takesRest }.map {
        Hover(range, [$0.signature], $0.summary)
      }
    case .column(let name):
      let type = type(at: SourceRange(range.start - 1, range.end)) ?? .unknown
      return Hover(range, [".\(name): \(type.widened)"], "A column of these rows.")
    case .member(let name): return member(name, at: range)
    case .field: return nil
    case .builtIn(let name):
      return lexicon.library.type(named: name).map { Hover(HelpText($0), at: range) }
    case .unknown: return nil
    }
  }

  private func explanation(of index: Int, at range: SourceRange) -> Hover? {
    let symbol = resolution.symbols[index]
    switch definition(of: index) {
    case .function(let function): return Hover(HelpText(function), at: range)
    case .module(let module): return Hover(HelpText(module), at: range)
    case .type(let named):
      return Hover(range, ["type \(symbol.name) = \(named.type)"], documentation(index))
    case .value, nil: break
    }
    let seen = type(at: range)
    // Inside a `def`, what a call passes is better known than what the parameter declares.
    let type = (seen == .any ? nil : seen) ?? type(of: index) ?? .unknown
    let keyword = symbol.kind == .param ? "param " : ""
    return Hover(
      range, ["\(keyword)\(symbol.name): \(type.brief)"], documentation(index),
      details: type.columnLines)
  }

  private func documentation(_ index: Int) -> String {
    let range = resolution.symbols[index].range
    return tree.statements.first { $0.range.contains(range) }.flatMap(\.documentation) ?? ""
  }

  /// A name of an imported recipe: its type here, and what is written there.
  private func explanation(of name: String, in path: String, at range: SourceRange)
    -> Hover?
  {
    guard let there = recipe(at: path), let index = there.resolution.exported(name) else {
      return nil
    }
    let type = memberType(at: range) ?? there.type(of: index) ?? .unknown
    return Hover(
      range, ["\(name): \(type.brief)"], there.documentation(index), details: type.columnLines)
  }

  private func explanation(of word: String, at range: SourceRange) -> Hover? {
    if let primitive = observations.chosen[range] {
      return Hover(HelpText(primitive), at: range)
    }
    return lexicon.help(for: word).map { Hover($0, at: range) }
  }

  private func formals(of word: String, at label: SourceRange) -> [Formal] {
    if let function = lexicon.functions[word] { return function.formals.all }
    let forms = lexicon.primitives(named: word)
    let before = observations.chosen.filter { $0.key.end <= label.start && $0.value.name == word }
    let chosen = before.max { $0.key.start < $1.key.start }?.value
    return (chosen ?? forms.first)?.slots.map(Formal.init) ?? []
  }

  private func member(_ name: String, at range: SourceRange) -> Hover? {
    memberType(at: range).map {
      Hover(range, ["\(name): \($0.brief)"], details: $0.columnLines)
    }
  }

  /// The type of the expression `….name` whose name stands at a range.
  private func memberType(at range: SourceRange) -> RecipeType? {
    let ending = observations.types.filter { $0.key.end == range.end && $0.key.start < range.start }
    return ending.max { $0.key.start < $1.key.start }?.value
  }

  private func quantity(at offset: Int) -> Hover? {
    let tokens = Lexer.tokens(of: source.bytes)
    guard let token = tokens.first(where: { $0.range.contains(offset) }),
      case .number(let length) = token.kind, length > 0,
      let unit = Unit(spelled: source[SourceRange(token.end - Int(length), token.end)])
    else { return nil }
    return Hover(token.range, ["\(source[token.range]): \(unit.dimension.rawValue)"])
  }

  // MARK: Other recipes

  /// An imported recipe, looked at by itself.
  func recipe(at path: String) -> Analysis? {
    reader.read(path).map {
      Analysis($0, at: path, lexicon: lexicon, reader: reader, probes: probes)
    }
  }
}

extension RecipeType {
  /// Without the columns, which are listed apart.
  var brief: String {
    if case .data = self { return "Data" }
    return "\(widened)"
  }

  /// One line for each column of data.
  var columnLines: [String] {
    guard case .data = self, let fields else { return [] }
    return fields.map { "`.\($0.label)`: \($0.type)" }
  }
}

extension Lexicon {
  /// Where the library defines a word that is written in the language.
  public func origin(of word: String) -> Origin? {
    for file in library.sources {
      let source = SourceText(name: file.name, file.text)
      let names = Parser.parse(source).tree.definedNames
      if let name = names.last(where: { $0.text == word }) {
        return Origin(range: name.range, source: source)
      }
    }
    return nil
  }
}
