// Where names are defined, and where they are used.

import JSON
import Language
import Syntax

extension LanguageServer {
  // MARK: Definition

  func definition(_ analysis: Analysis, _ offset: Int) -> JSONValue {
    if let path = analysis.importedPath(at: offset) { return location(path, SourceRange(0, 0)) }
    guard let occurrence = analysis.resolution.occurrence(at: offset) else { return .null }
    switch occurrence.meaning {
    case .symbol(let index):
      let symbol = analysis.resolution.symbols[index]
      if symbol.kind == .recipe, !occurrence.isDefinition, let recipe = symbol.recipe {
        return location(recipe, SourceRange(0, 0))
      }
      return location(analysis.path, symbol.range)
    case .imported(let path, let name):
      guard let there = resolution(of: path), let index = there.exported(name) else { return .null }
      return location(path, there.symbols[index].range)
    case .word(let word): return inLibrary(word)
    case .label(_, let word): return inLibrary(word)
    case .column, .member, .field, .builtIn, .unknown: return .null
    }
  }

  private func inLibrary(_ word: String) -> JSONValue {
    guard let origin = workspace.lexicon.origin(of: word),
      let path = library.path(of: origin.source)
    else { return .null }
    return location(path, origin.range)
  }

  private func location(_ path: String, _ range: SourceRange) -> JSONValue {
    guard let source = workspace.source(at: path) else { return .null }
    return ["uri": .text(workspace.uri(of: path)), "range": workspace.map(source).json(range)]
  }

  private func resolution(of path: String) -> Resolution? {
    workspace.source(at: path).map { resolution(of: $0, at: path) }
  }

  private func resolution(of source: SourceText, at path: String) -> Resolution {
    Resolution(
      Parser.parse(source).tree, at: path, lexicon: workspace.lexicon, reader: workspace.reader)
  }

  // MARK: Uses

  func references(_ analysis: Analysis, _ offset: Int, _ params: JSONValue) -> JSONValue {
    guard let occurrence = analysis.resolution.occurrence(at: offset) else { return .null }
    let includesDefinition = params["context"]?["includeDeclaration"]?.bool ?? true
    guard let name = analysis.resolution.name(occurrence.meaning) else {
      let same = analysis.resolution.occurrences.filter { $0.meaning == occurrence.meaning }
      return .list(same.map { location(analysis.path, $0.range) })
    }
    var found: [JSONValue] = []
    for (path, source) in recipes(around: name).sorted(by: { $0.key < $1.key }) {
      for one in resolution(of: source, at: path).occurrences(of: name)
      where includesDefinition || !one.isDefinition {
        found.append(location(path, one.range))
      }
    }
    return .list(found)
  }

  /// The recipes that may use a name.
  private func recipes(around name: SymbolName) -> [String: SourceText] {
    switch name {
    case .exported(let path, _): workspace.recipes(around: path)
    case .own(let path, _): workspace.source(at: path).map { [path: $0] } ?? [:]
    }
  }

  func highlights(_ analysis: Analysis, _ map: PositionMap, _ offset: Int) -> JSONValue {
    guard let occurrence = analysis.resolution.occurrence(at: offset) else { return .null }
    let same = analysis.resolution.occurrences.filter { $0.meaning == occurrence.meaning }
    return .list(
      same.map { ["range": map.json($0.range), "kind": .int($0.isDefinition ? 3 : 2)] })
  }

  // MARK: Renaming

  func preparedRename(_ analysis: Analysis, _ map: PositionMap, _ offset: Int)
    throws(ResponseError) -> JSONValue
  {
    let (occurrence, _) = try renamable(analysis, offset)
    let text = analysis.source[occurrence.range]
    // An import without `as` is named by its path, which stays.
    let isPath = text.hasPrefix("\"")
    guard isPath, case .symbol(let index) = occurrence.meaning else {
      return ["range": map.json(occurrence.range), "placeholder": .text(text)]
    }
    let name = analysis.resolution.symbols[index].name
    return ["range": map.json(occurrence.range), "placeholder": .text(name)]
  }

  func rename(_ analysis: Analysis, _ offset: Int, _ params: JSONValue) throws(ResponseError)
    -> JSONValue
  {
    guard let new = params["newName"]?.text else {
      throw ResponseError(.invalidParams, "a renaming needs newName")
    }
    let (_, name) = try renamable(analysis, offset)
    let recipes = recipes(around: name)
    let renaming: Renaming
    do {
      renaming = try Renaming(name, to: new, in: recipes, lexicon: workspace.lexicon)
    } catch {
      throw ResponseError(.requestFailed, error.description)
    }
    var changes: [String: [(range: JSONValue, text: String)]] = [:]
    for (path, edits) in renaming.edits {
      guard let source = recipes[path] else { continue }
      let map = workspace.map(source)
      changes[workspace.uri(of: path)] = edits.map { (map.json($0.range), $0.text) }
    }
    return edit(changes)
  }

  private func renamable(_ analysis: Analysis, _ offset: Int) throws(ResponseError)
    -> (Resolution.Occurrence, SymbolName)
  {
    guard let occurrence = analysis.resolution.occurrence(at: offset) else {
      throw ResponseError(.requestFailed, "there is no name here")
    }
    guard let name = analysis.resolution.name(occurrence.meaning) else {
      throw ResponseError(.requestFailed, occurrence.meaning.refusal)
    }
    return (occurrence, name)
  }
}

extension Resolution.Meaning {
  /// Why a word that no recipe defines keeps its name.
  fileprivate var refusal: String {
    switch self {
    case .word(let word): "`\(word)` is a word of the library"
    case .label(let label, let word):
      "`\(label)` is a parameter of `\(word)`, a word of the library"
    case .column(let name): "`.\(name)` is a column of the rows; `rename` gives columns other names"
    case .member(let name), .field(let name): "`\(name)` is a part of a value, not a name"
    case .builtIn(let name): "`\(name)` comes with the language"
    case .unknown(let name): "`\(name)` is not defined"
    case .symbol, .imported: "this is not a name"
    }
  }
}

extension Analysis {
  /// The recipe that the import around a place reads.
  fileprivate func importedPath(at offset: Int) -> String? {
    for statement in tree.statements {
      guard case .importing(let declaration) = statement.kind,
        declaration.pathRange.contains(offset)
      else { continue }
      return resolution.symbols.first {
        $0.kind == .recipe && statement.range.contains($0.range)
      }?.recipe
    }
    return nil
  }
}
