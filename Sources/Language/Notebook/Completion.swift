// What may stand at the cursor: names, labels, columns, members, choices, paths.

import Foundation
import Syntax
import Vocabulary

/// Something that may stand at the cursor.
public struct Completion: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case name, function, label, column, member, choice, path, type, keyword
  }

  /// What replaces the word before the cursor.
  public let text: String
  public let kind: Kind
  /// The type, and the default of a label.
  public let detail: String
}

/// The call around the cursor, for the dim line below the prompt.
public struct SignatureHint: Sendable {
  public let name: String
  /// Each parameter as signatures show it.
  public let parameters: [String]
  /// Which of them is being typed.
  public let current: Int?
  /// What that one is for.
  public let summary: String
}

extension Session {
  /// What may stand at a byte offset of a text being written, best first.
  public func completions(at offset: Int, in text: String) -> [Completion] {
    let source = SourceText(name: "cell", text)
    let context = CursorContext(source, at: offset)
    let found =
      switch context.situation {
      case .word: labels(context) + names(isInCall: context.call != nil)
      case .column: columns(context, source)
      case .member(let range): members(of: type(of: range, in: source))
      case .text: texts(context)
      }
    return found.filter { $0.text.hasPrefix(context.prefix) && $0.text != context.prefix }
      .withoutRepetition
  }

  /// The part of a text that completions at a byte offset replace.
  public func completedRange(at offset: Int, in text: String) -> SourceRange {
    let context = CursorContext(SourceText(name: "cell", text), at: offset)
    return SourceRange(offset - context.prefix.utf8.count, offset)
  }

  /// The signature of the call that the cursor is in.
  public func signatureHint(at offset: Int, in text: String) -> SignatureHint? {
    let context = CursorContext(SourceText(name: "cell", text), at: offset)
    guard let call = context.call, let formals = formals(of: call.name) else { return nil }
    let subjects = formals.filter(\.isSubject)
    let wanted =
      call.current ?? (call.unlabelled < subjects.count ? subjects[call.unlabelled].name : nil)
    let current = formals.firstIndex { $0.name == wanted }
    return SignatureHint(
      name: call.name, parameters: formals.map(\.signature), current: current,
      summary: current.map { formals[$0].summary } ?? "")
  }

  func formals(of name: String) -> [Formal]? {
    switch definitions[name] {
    case .function(let function): return function.formals
    case .module(let module): return module.formals
    case .value, .type, nil: break
    }
    if let function = lexicon.functions[name] { return function.formals }
    return lexicon.primitives(named: name).first?.slots.map(Formal.init)
  }

  // MARK: Kinds

  private func labels(_ context: CursorContext) -> [Completion] {
    guard let call = context.call, call.current == nil, let formals = formals(of: call.name) else {
      return []
    }
    let labelled = formals.filter { !$0.isSubject && !$0.takesRest }
    return labelled.filter { !call.labels.contains($0.name) }.map { formal in
      let fallback = formal.fallbackText.map { " = \($0)" } ?? ""
      return Completion(
        text: "\(formal.name): ", kind: .label, detail: "\(formal.type)\(fallback)")
    }
  }

  private func names(isInCall: Bool) -> [Completion] {
    let own = definitions.filter { $0.key != Elaborator.lastValue }.sorted { $0.key < $1.key }
      .map { name, definition in
        switch definition {
        case .value(let typed):
          Completion(text: name, kind: .name, detail: "\(typed.type.widened)")
        case .function, .module: Completion(text: name, kind: .function, detail: definition.kind)
        case .type(let named): Completion(text: name, kind: .type, detail: "\(named.type)")
        }
      }
    let words = Set(lexicon.callableNames).sorted().map { name in
      Completion(text: name, kind: .function, detail: help(for: name)?.summary ?? "")
    }
    let keywords = Token.Keyword.allCases.filter { !(isInCall && $0.beginsDeclaration) }.map {
      Completion(text: $0.rawValue, kind: .keyword, detail: "")
    }
    return own + words + keywords
  }

  private func columns(_ context: CursorContext, _ source: SourceText) -> [Completion] {
    guard let call = context.call else { return [] }
    let subject = call.subject.map { type(of: $0, in: source) }
    let fields = subject?.rowType?.fields ?? []
    return fields.map { Completion(text: $0.label, kind: .column, detail: "\($0.type)") }
  }

  private func members(of type: RecipeType) -> [Completion] {
    let fields: [RecordField]
    switch type {
    case .record(let own): fields = own
    case .opaque(let name, let arguments):
      fields = lexicon.library.type(named: name)?.members(arguments) ?? []
    case .none, .bool, .int, .float, .text, .path, .quantity, .optional, .list, .choice, .either,
      .function, .row, .column, .rowType, .data, .tensor, .any, .unknown:
      fields = []
    }
    return fields.map { Completion(text: $0.label, kind: .member, detail: "\($0.type)") }
  }

  private func texts(_ context: CursorContext) -> [Completion] {
    guard let call = context.call, let formals = formals(of: call.name) else { return [] }
    let subjects = formals.filter(\.isSubject).dropFirst(call.unlabelled)
    let formal = call.current.map { label in formals.first { $0.name == label } } ?? subjects.first
    guard let type = formal?.type else { return [] }
    if type.isPath { return paths(context.prefix) }
    return type.texts.map { Completion(text: $0, kind: .choice, detail: formal?.name ?? "") }
  }

  private func paths(_ prefix: String) -> [Completion] {
    let folder = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
    let url = URL.inRecipe(folder.isEmpty ? "." : folder, directory: directory)
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return entries.filter { !$0.hasPrefix(".") }.sorted().map { entry in
      let keys: Set<URLResourceKey> = [.isDirectoryKey]
      let found = try? url.appending(path: entry).resourceValues(forKeys: keys)
      let isFolder = found?.isDirectory ?? false
      return Completion(
        text: folder + entry + (isFolder ? "/" : ""), kind: .path,
        detail: isFolder ? "folder" : "file")
    }
  }

  /// Files and folders whose paths begin so, as a recipe would write them.
  public func files(beginning prefix: String) -> [Completion] {
    paths(prefix).filter { $0.text.hasPrefix(prefix) }
  }

  // MARK: Types

  /// The type of an expression over the names of the session, and of the cell itself.
  public func type(of text: String) -> RecipeType {
    let source = SourceText(name: "cell", text)
    return type(of: source.range, in: source)
  }

  private func type(of range: SourceRange, in source: SourceText) -> RecipeType {
    let part = SourceText(name: "cell", source[range])
    let (tree, _) = Parser.parse(part, continuing: true)
    guard case .expression(let expression)? = tree.statements.last?.kind else { return .unknown }
    let elaborator = Elaborator(
      lexicon: lexicon, graph: graph, source: part, directory: directory)
    for (name, definition) in definitions { elaborator.place.scopes.define(name, definition) }
    return elaborator.elaborate(expression).type
  }
}
