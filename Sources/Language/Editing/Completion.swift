// What may stand at the cursor: names, labels, columns, members, choices, paths, types, units.

import Foundation
import Syntax
import Vocabulary

/// Something that may stand at the cursor.
public struct Completion: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case name, function, label, column, member, choice, path, type, keyword, unit
  }

  /// What replaces the word before the cursor.
  public let text: String
  public let kind: Kind
  /// The type, and the default of a label.
  public let detail: String
  /// What it is for.
  public var summary = ""

  /// The part of a text that completions at a byte offset replace.
  public static func range(at offset: Int, in source: SourceText) -> SourceRange {
    let context = CursorContext(source, at: offset)
    return SourceRange(offset - context.prefix.utf8.count, offset)
  }
}

/// The call around the cursor, for the dim line below the prompt.
public struct SignatureHint: Sendable {
  public let name: String
  /// Each parameter as signatures show it.
  public let parameters: [String]
  /// What each parameter is for.
  public let summaries: [String]
  /// Which of them is being typed.
  public let current: Int?

  /// What the one being typed is for.
  public var summary: String { current.map { summaries[$0] } ?? "" }
}

extension Surroundings {
  /// What may stand at a byte offset of a text being written, best first.
  public func completions(at offset: Int, in source: SourceText) -> [Completion] {
    let context = CursorContext(source, at: offset)
    let found =
      switch context.situation {
      case .word:
        labels(context, source) + columnExpressions(context, source)
          + names(isInCall: context.call != nil)
      case .column: columns(context, source).map(Completion.column)
      case .member(let range):
        members(of: type(of: range, in: source)).map {
          Completion(text: $0.label, kind: .member, detail: "\($0.type)")
        }
      case .text: texts(context, source)
      case .importedPath:
        paths(context.prefix).filter { $0.text.hasSuffix("/") || $0.text.hasSuffix(".recipe") }
      case .type: types
      case .unit: units(context, source)
      }
    return found.filter { $0.text.hasPrefix(context.prefix) && $0.text != context.prefix }
      .withoutRepetition
  }

  /// The signature of the call that the cursor is in.
  public func signatureHint(at offset: Int, in source: SourceText) -> SignatureHint? {
    let context = CursorContext(source, at: offset)
    guard let call = context.call, let formals = formals(of: call, in: source) else { return nil }
    let wanted = formal(in: call, of: formals)?.name
    return SignatureHint(
      name: call.name, parameters: formals.map(\.signature), summaries: formals.map(\.summary),
      current: formals.firstIndex { $0.name == wanted })
  }

  // MARK: Kinds

  private func labels(_ context: CursorContext, _ source: SourceText) -> [Completion] {
    guard let call = context.call, call.current == nil,
      let formals = formals(of: call, in: source)
    else { return [] }
    let labelled = formals.filter { !$0.isSubject && !$0.takesRest }
    return labelled.filter { !call.labels.contains($0.name) }.map { formal in
      let fallback = formal.fallbackText.map { " = \($0)" } ?? ""
      return Completion(
        text: "\(formal.name): ", kind: .label, detail: "\(formal.type)\(fallback)",
        summary: formal.summary)
    }
  }

  private func names(isInCall: Bool) -> [Completion] {
    let own = names.filter { $0.key != Elaborator.lastValue }.sorted { $0.key < $1.key }
      .map { name, definition in
        switch definition {
        case .value(let typed):
          Completion(text: name, kind: .name, detail: "\(typed.type.widened)")
        case .function(let function):
          Completion(
            text: name, kind: .function, detail: definition.kind,
            summary: function.documentation.words)
        case .module: Completion(text: name, kind: .function, detail: definition.kind)
        case .type(let named): Completion(text: name, kind: .type, detail: "\(named.type)")
        }
      }
    let words = Set(lexicon.callableNames).sorted().map { name in
      Completion(text: name, kind: .function, detail: lexicon.help(for: name)?.headline ?? "")
    }
    let keywords = Token.Keyword.allCases.filter { !(isInCall && $0.beginsDeclaration) }.map {
      Completion(text: $0.rawValue, kind: .keyword, detail: "")
    }
    return own + words + keywords
  }

  /// Columns with their dot, where the value being typed may speak of them.
  private func columnExpressions(_ context: CursorContext, _ source: SourceText) -> [Completion] {
    let takes = context.calls.contains { call in
      formals(of: call, in: source).flatMap { formal(in: call, of: $0) }?.type.takesColumns ?? false
    }
    guard takes else { return [] }
    return columns(context, source).map {
      Completion(text: ".\($0.label)", kind: .column, detail: "\($0.type)")
    }
  }

  private func texts(_ context: CursorContext, _ source: SourceText) -> [Completion] {
    guard let call = context.call, let formals = formals(of: call, in: source),
      let formal = formal(in: call, of: formals)
    else { return [] }
    if formal.type.isPath { return paths(context.prefix) }
    return formal.type.texts.map { Completion(text: $0, kind: .choice, detail: formal.name) }
  }

  private var types: [Completion] {
    let own = names.compactMap { name, definition -> Completion? in
      guard case .type(let named) = definition else { return nil }
      return Completion(text: name, kind: .type, detail: "\(named.type)")
    }
    let known = lexicon.typeNames.map { name in
      Completion(text: name, kind: .type, detail: lexicon.library.type(named: name)?.summary ?? "")
    }
    return (own + known).sorted { $0.text < $1.text }
  }

  /// The units that the parameter being typed takes, else all of them.
  private func units(_ context: CursorContext, _ source: SourceText) -> [Completion] {
    let formal = context.call.flatMap { call in
      formals(of: call, in: source).flatMap { self.formal(in: call, of: $0) }
    }
    let wanted = formal?.type.dimensions ?? []
    return Unit.allCases.filter { wanted.isEmpty || wanted.contains($0.dimension) }.map {
      Completion(text: $0.rawValue, kind: .unit, detail: $0.dimension.rawValue)
    }
  }

  func paths(_ prefix: String) -> [Completion] {
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
}

extension Completion {
  fileprivate static func column(_ field: RecordField) -> Completion {
    Completion(text: field.label, kind: .column, detail: "\(field.type)")
  }
}
