// What is known at a place where somebody writes: the same for a cell and for a file.

import Foundation
import Syntax
import Vocabulary

/// The names at a place, what they stand for, and the words of the library.
public struct Surroundings: Sendable {
  public let lexicon: Lexicon
  let graph: StageGraph
  let directory: Folder
  let names: [String: Definition]
  /// The columns of the current row, where the place itself has one.
  var row: [RecordField] = []
  var reader = RecipeReader.files
  var probes: Probes?

  // MARK: Calls

  /// The parameters of what a name calls; of a word with several forms, of the one that takes the
  /// first argument of the call.
  func formals(of call: CursorContext.OpenCall, in source: SourceText) -> [Formal]? {
    switch names[call.name] {
    case .function(let function): return function.formals.all
    case .module(let module): return module.formals.all
    case .value, .type, nil: break
    }
    if let function = lexicon.functions[call.name] { return function.formals.all }
    return form(of: call, in: source)?.slots.map(Formal.init)
  }

  private func form(of call: CursorContext.OpenCall, in source: SourceText) -> Primitive? {
    let forms = lexicon.primitives(named: call.name)
    guard forms.count > 1, let subject = call.subject else { return forms.first }
    let type = type(of: subject, in: source)
    let fitting = forms.filter { $0.subjects.first?.type.accepts(type) ?? false }
    return fitting.first { one in call.labels.allSatisfy { one.slot($0) != nil } }
      ?? fitting.first ?? forms.first
  }

  /// The parameter whose value is being written in a call.
  func formal(in call: CursorContext.OpenCall, of formals: [Formal]) -> Formal? {
    if let label = call.current {
      return formals.first { $0.name == label } ?? formals.first(where: \.takesRest)
    }
    return formals.filter(\.isSubject).dropFirst(call.unlabelled).first
  }

  /// The columns that an expression in a call may speak of.
  func columns(_ context: CursorContext, _ source: SourceText) -> [RecordField] {
    for call in context.calls {
      guard let subject = call.subject else { continue }
      if let fields = type(of: subject, in: source).rowType?.fields { return fields }
    }
    return row
  }

  // MARK: Types

  /// The type of an expression over these names.
  func type(of range: SourceRange, in source: SourceText) -> RecipeType {
    let part = SourceText(name: source.name, source[range])
    let (tree, _) = Parser.parse(part, continuing: true)
    guard case .expression(let expression)? = tree.statements.last?.kind else { return .unknown }
    let elaborator = Elaborator(
      lexicon: lexicon, graph: graph, source: part, directory: directory, reader: reader)
    elaborator.probes = probes
    for (name, definition) in names { elaborator.place.scopes.define(name, definition) }
    return elaborator.elaborate(expression).type
  }

  /// The parts of a value by name.
  func members(of type: RecipeType) -> [RecordField] {
    switch type {
    case .record(let own): own
    case .opaque(let name, let arguments):
      lexicon.library.type(named: name)?.members(arguments) ?? []
    case .data(let row): lexicon.library.type(named: "Data")?.members([row]) ?? []
    case .none, .bool, .int, .float, .text, .path, .quantity, .optional, .list, .choice, .either,
      .function, .row, .column, .rowType, .tensor, .any, .unknown:
      []
    }
  }
}

extension Session {
  /// What is known where the next cell is written.
  var surroundings: Surroundings {
    Surroundings(lexicon: lexicon, graph: graph, directory: directory, names: definitions)
  }

  /// What may stand at a byte offset of a text being written, best first.
  public func completions(at offset: Int, in text: String) -> [Completion] {
    surroundings.completions(at: offset, in: SourceText(name: "cell", text))
  }

  /// The part of a text that completions at a byte offset replace.
  public func completedRange(at offset: Int, in text: String) -> SourceRange {
    Completion.range(at: offset, in: SourceText(name: "cell", text))
  }

  /// The signature of the call that the cursor is in.
  public func signatureHint(at offset: Int, in text: String) -> SignatureHint? {
    surroundings.signatureHint(at: offset, in: SourceText(name: "cell", text))
  }

  /// Files and folders whose paths begin so, as a recipe would write them.
  public func files(beginning prefix: String) -> [Completion] {
    surroundings.paths(prefix).filter { $0.text.hasPrefix(prefix) }
  }

  /// The type of an expression over the names of the session.
  public func type(of text: String) -> RecipeType {
    let source = SourceText(name: "cell", text)
    return surroundings.type(of: source.range, in: source)
  }
}
