// The walk that finds what names mean; scopes are those of the elaborator.

import Foundation
import Syntax
import Vocabulary

struct Resolver {
  let path: String
  let lexicon: Lexicon
  let reader: RecipeReader
  /// The recipes that led here, so that a cycle of imports ends.
  let importers: Set<String>
  private(set) var symbols: [Resolution.Symbol] = []
  private(set) var occurrences: [Resolution.Occurrence] = []

  /// What a name stands for inside the walk.
  private enum Bound {
    case symbol(Int)
    /// `it`, the value that the condition of a type speaks of.
    case it
  }

  private typealias Names = [String: Bound]

  private var names: Names = [:]
  /// Names of the file that stand further down.
  private var later: [String: Int] = [:]
  /// The parameters of each `def`, by their label.
  private var formals: [Int: [String: Int]] = [:]
  /// The symbol of each statement that defines one.
  private var statementSymbols: [SourceRange: Int] = [:]
  private var groups = 0
  private var end = 0

  init(path: String, lexicon: Lexicon, reader: RecipeReader, importers: Set<String>) {
    self.path = path
    self.lexicon = lexicon
    self.reader = reader
    self.importers = importers.union([path])
  }

  mutating func read(_ tree: SyntaxTree.File) {
    end = tree.range.end
    for statement in tree.statements { announce(statement) }
    for statement in tree.statements { read(statement) }
  }

  // MARK: Statements

  /// Gives the name that a statement defines its symbol, before any statement is read.
  private mutating func announce(_ statement: SyntaxTree.Statement) {
    guard let (name, kind) = statement.definition else { return }
    var value: SourceRange?
    if case .binding(let binding) = statement.kind { value = binding.value.range }
    let index = add(
      name, kind, scope: SourceRange(statement.range.end, max(end, statement.range.end)), group: 0,
      value: value)
    if later[name.text] == nil { later[name.text] = index }
    statementSymbols[statement.range] = index
  }

  private mutating func read(_ statement: SyntaxTree.Statement) {
    switch statement.kind {
    case .importing(let declaration):
      statementSymbols[statement.range].map { set(recipe: url(declaration.path).path, of: $0) }
    case .parameter(let parameter):
      read(parameter.type)
      parameter.fallback.map { read($0) }
      let own = statementSymbols[statement.range].map { [parameter.name.text: Bound.symbol($0)] }
      scoped(own ?? [:]) { walk in parameter.constraint.map { walk.read($0) } }
    case .type(let declaration):
      read(declaration.type)
      scoped(["it": .it]) { walk in declaration.constraint.map { walk.read($0) } }
    case .function(let function): read(function, statement)
    case .binding(let binding):
      read(binding.value)
      statementSymbols[statement.range].map { set(recipe: recipe(of: binding.value), of: $0) }
    case .expression(let expression): read(expression)
    case .error: return
    }
    guard let (name, _) = statement.definition, let index = statementSymbols[statement.range]
    else { return }
    names[name.text] = .symbol(index)
  }

  private mutating func read(_ function: SyntaxTree.Function, _ statement: SyntaxTree.Statement) {
    groups += 1
    let group = groups
    var inner: Names = [:]
    for formal in function.formals {
      read(formal.type)
      formal.fallback.map { read($0) }
      let index = add(formal.label, .formal, scope: statement.range, group: group)
      inner[formal.label.text] = .symbol(index)
      statementSymbols[statement.range].map { formals[$0, default: [:]][formal.label.text] = index }
    }
    function.result.map { read($0) }
    scoped(inner) { $0.read(function.body) }
  }

  // MARK: Types

  private mutating func read(_ type: SyntaxTree.TypeExpression) {
    switch type.kind {
    case .named(let name, let arguments):
      if let index = symbol(name.text), symbols[index].kind == .type {
        note(name.range, .symbol(index))
      } else {
        note(name.range, .builtIn(name.text))
      }
      // The dimensions of a tensor are words, not types.
      if name.text != "Tensor" { for argument in arguments { read(argument) } }
    case .row(let fields):
      for field in fields {
        note(field.label.range, .field(field.label.text))
        read(field.type)
      }
    case .optional(let inner): read(inner)
    case .union(let members): for member in members { read(member) }
    case .text, .error: break
    }
  }

  // MARK: Expressions

  private mutating func read(_ expression: SyntaxTree.Expression) {
    switch expression.kind {
    case .name(let name): note(expression.range, meaning(of: name))
    case .column(let name): note(name.range, .column(name.text))
    case .call(let callee, let arguments):
      read(callee)
      for argument in arguments { read(argument, of: callee) }
    case .record(let fields):
      for field in fields {
        if case .labelled(let label, _) = field { note(label.range, .field(label.text)) }
        read(field.value)
      }
    case .member(let base, let name):
      read(base)
      let imported = recipe(of: base).map { Meaning.imported(path: $0, name: name.text) }
      note(name.range, imported ?? .member(name.text))
    case .lambda(let parameter, let body):
      groups += 1
      let index = add(parameter, .local, scope: expression.range, group: groups)
      scoped([parameter.text: .symbol(index)]) { $0.read(body) }
    case .block(let bindings, let value): block(bindings, value, in: expression.range)
    case .comprehension(let element, let clauses):
      comprehension(element, clauses, in: expression.range)
    case .number, .text, .bool, .none, .list, .index, .unary, .binary, .pipe, .range, .conditional,
      .parenthesised, .lastValue, .error:
      for child in expression.children { read(child) }
    }
  }

  private mutating func read(
    _ argument: SyntaxTree.Argument, of callee: SyntaxTree.Expression
  ) {
    if case .labelled(let label, _) = argument {
      note(label.range, meaning(ofLabel: label.text, of: callee))
    }
    read(argument.value)
  }

  private mutating func block(
    _ bindings: [SyntaxTree.Binding], _ value: SyntaxTree.Expression, in range: SourceRange
  ) {
    groups += 1
    let group = groups
    scoped([:]) { walk in
      for binding in bindings {
        walk.read(binding.value)
        let scope = SourceRange(binding.range.end, range.end)
        let index = walk.add(
          binding.name, .local, scope: scope, group: group, value: binding.value.range,
          recipe: walk.recipe(of: binding.value))
        walk.names[binding.name.text] = .symbol(index)
      }
      walk.read(value)
    }
  }

  private mutating func comprehension(
    _ element: SyntaxTree.Expression, _ clauses: [SyntaxTree.Clause], in range: SourceRange
  ) {
    groups += 1
    let group = groups
    scoped([:]) { walk in
      for clause in clauses {
        walk.read(clause.expression)
        guard case .each(let name, _) = clause else { continue }
        let index = walk.add(name, .local, scope: range, group: group)
        walk.names[name.text] = .symbol(index)
      }
      walk.read(element)
    }
  }

  // MARK: Meanings

  private typealias Meaning = Resolution.Meaning

  private func symbol(_ name: String) -> Int? {
    switch names[name] {
    case .symbol(let index): index
    case .it: nil
    case nil: later[name]
    }
  }

  private func meaning(of name: String) -> Meaning {
    if case .it? = names[name] { return .builtIn(name) }
    if let index = symbol(name) { return .symbol(index) }
    if lexicon.isFunction(name) || lexicon.value(named: name) != nil { return .word(name) }
    return lexicon.isType(name) ? .builtIn(name) : .unknown(name)
  }

  private func meaning(ofLabel label: String, of callee: SyntaxTree.Expression) -> Meaning {
    guard case .name(let name) = callee.kind else { return .field(label) }
    switch meaning(of: name) {
    case .symbol(let index):
      if let formal = formals[index]?[label] { return .symbol(formal) }
      if symbols[index].kind == .recipe, let recipe = symbols[index].recipe {
        return .imported(path: recipe, name: label)
      }
      return .field(label)
    case .word(let word): return .label(label, of: word)
    case .imported, .label, .column, .member, .field, .builtIn, .unknown: return .field(label)
    }
  }

  /// The imported recipe whose names are the members of a value, as far as the text tells.
  private func recipe(of expression: SyntaxTree.Expression) -> String? {
    switch expression.kind {
    case .parenthesised(let inner), .block(_, let inner): return recipe(of: inner)
    case .name(let name):
      guard let index = symbol(name), symbols[index].kind != .recipe else { return nil }
      return symbols[index].recipe
    case .call(let callee, _):
      guard case .name(let name) = callee.kind, let index = symbol(name),
        symbols[index].kind == .recipe
      else { return nil }
      return symbols[index].recipe
    case .member(let base, let name):
      return recipe(of: base).flatMap { recipe(of: name.text, in: $0) }
    case .conditional(_, let then, _): return recipe(of: then)
    case .number, .text, .bool, .none, .column, .list, .comprehension, .record, .index, .unary,
      .binary, .pipe, .range, .lambda, .lastValue, .error:
      return nil
    }
  }

  /// The recipe whose names a name of another recipe has.
  private func recipe(of name: String, in path: String) -> String? {
    guard !importers.contains(path), let source = reader.read(path) else { return nil }
    let there = Resolution(
      Parser.parse(source).tree, at: path, lexicon: lexicon, reader: reader, within: importers)
    return there.exported(name).flatMap { there.symbols[$0].recipe }
  }

  private func url(_ text: String) -> URL {
    let folder = URL(filePath: path).deletingLastPathComponent()
    return URL.inRecipe(Elaborator.split(text).path, directory: folder).standardizedFileURL
  }

  // MARK: Writing down

  private mutating func add(
    _ name: SyntaxTree.Name, _ kind: Resolution.Symbol.Kind, scope: SourceRange, group: Int,
    value: SourceRange? = nil, recipe: String? = nil
  ) -> Int {
    let index = symbols.count
    symbols.append(
      Resolution.Symbol(
        name: name.text, kind: kind, range: name.range, scope: scope, group: group, value: value,
        recipe: recipe))
    occurrences.append(.init(range: name.range, meaning: .symbol(index), isDefinition: true))
    return index
  }

  private mutating func set(recipe: String?, of index: Int) {
    let symbol = symbols[index]
    symbols[index] = Resolution.Symbol(
      name: symbol.name, kind: symbol.kind, range: symbol.range, scope: symbol.scope,
      group: symbol.group, value: symbol.value, recipe: recipe)
  }

  private mutating func note(_ range: SourceRange, _ meaning: Meaning) {
    occurrences.append(.init(range: range, meaning: meaning, isDefinition: false))
  }

  private mutating func scoped(_ added: Names, _ work: (inout Resolver) -> Void) {
    let outer = names
    names.merge(added) { $1 }
    work(&self)
    names = outer
  }
}

extension SyntaxTree.Statement {
  /// What the statement defines; an import without `as` is named after its file.
  fileprivate var definition: (name: SyntaxTree.Name, kind: Resolution.Symbol.Kind)? {
    switch kind {
    case .importing(let declaration):
      (declaration.name, .recipe)
    case .parameter(let parameter): (parameter.name, .param)
    case .type(let declaration): (declaration.name, .type)
    case .function(let function): (function.name, .function)
    case .binding(let binding): (binding.name, .value)
    case .expression, .error: nil
    }
  }
}

extension SyntaxTree.Import {
  /// The name that it defines, which is that of the file where no other is given.
  var name: SyntaxTree.Name {
    alias
      ?? SyntaxTree.Name(
        URL(filePath: Elaborator.split(path).path).deletingPathExtension().lastPathComponent,
        pathRange)
  }
}
