// Giving a definition another name, in its own recipe and in those that import it.

import Syntax

/// Why a name stays as it is, in words for the user.
public struct RenameRefusal: Error, Sendable, CustomStringConvertible {
  public let description: String
}

/// The edits that give a definition another name, made only where nothing else comes to mean
/// something new: each recipe is read again as it would be, and every name has to mean what it
/// meant before.
public struct Renaming: Sendable {
  public struct Edit: Hashable, Sendable {
    public let range: SourceRange
    public let text: String
  }

  /// By the path of the recipe, in the order of its text.
  public private(set) var edits: [String: [Edit]] = [:]

  private let target: SymbolName
  private let name: String
  private let lexicon: Lexicon

  /// - Parameter recipes: all that may speak of the definition, by path.
  public init(
    _ target: SymbolName, to name: String, in recipes: [String: SourceText], lexicon: Lexicon
  ) throws(RenameRefusal) {
    self.target = target
    self.name = name
    self.lexicon = lexicon
    try checkSpelling()
    let reader = Renaming.reader(of: recipes)
    var readings: [String: Reading] = [:]
    for (path, source) in recipes {
      let reading = Reading(source, path, lexicon, reader)
      let found = reading.resolution.occurrences(of: target)
      guard !found.isEmpty else { continue }
      readings[path] = reading
      edits[path] = found.map { edit($0, in: reading.resolution) }
    }
    guard readings[target.path] != nil else {
      throw RenameRefusal(description: "the recipe that defines this cannot be changed here")
    }
    var after = recipes
    for (path, edits) in edits { after[path] = recipes[path]?.applying(edits) }
    for (path, reading) in readings.sorted(by: { $0.key < $1.key }) {
      guard let source = after[path] else { continue }
      try compare(reading, Reading(source, path, lexicon, Renaming.reader(of: after)))
    }
  }

  private static func reader(of recipes: [String: SourceText]) -> RecipeReader {
    RecipeReader { recipes[$0] ?? RecipeReader.files.read($0) }
  }

  private func checkSpelling() throws(RenameRefusal) {
    let tokens = Lexer.tokens(of: Array(name.utf8))
    if tokens.count == 1, case .keyword = tokens[0].kind {
      throw RenameRefusal(description: "`\(name)` is a word of the language; choose another name")
    }
    guard tokens.count == 1, tokens[0].kind == .name, name != Elaborator.lastValue else {
      throw RenameRefusal(
        description: "`\(name)` is not a name: write letters, digits and _, beginning with a letter"
      )
    }
  }

  private func edit(_ occurrence: Resolution.Occurrence, in resolution: Resolution) -> Edit {
    guard occurrence.isDefinition, case .symbol(let index) = occurrence.meaning,
      resolution.symbols[index].isNamedByPath
    else { return Edit(range: occurrence.range, text: name) }
    // An import without `as` has no name in the text to replace.
    return Edit(range: SourceRange(occurrence.range.end, occurrence.range.end), text: " as \(name)")
  }

  // MARK: Nothing else may change

  private func compare(_ before: Reading, _ after: Reading) throws(RenameRefusal) {
    let file = before.source.name
    guard after.problems <= before.problems else {
      throw RenameRefusal(description: "`\(name)` cannot stand in all places of \(file)")
    }
    let (old, new) = (before.resolution, after.resolution)
    if let clash = new.clash(beyond: old) {
      let line = after.source.position(at: clash.range.start).line
      throw RenameRefusal(
        description: "there is a `\(name)` already, in line \(line) of \(file); choose another name"
      )
    }
    let wanted = old.occurrences.map { renamed($0.meaning) }
    let found = new.occurrences.map(\.meaning)
    guard wanted.count == found.count else {
      throw RenameRefusal(description: "`\(name)` would change how \(file) is read")
    }
    guard let place = zip(wanted, found).enumerated().first(where: { $0.element.0 != $0.element.1 })
    else { return }
    let line = after.source.position(at: new.occurrences[place.offset].range.start).line
    throw RenameRefusal(
      description: "in line \(line) of \(file) `\(name)` would come to mean something else; "
        + "choose another name")
  }

  /// The same meaning under the new name.
  private func renamed(_ meaning: Resolution.Meaning) -> Resolution.Meaning {
    guard case .imported(let path, let old) = meaning,
      target == .exported(path: path, name: old)
    else { return meaning }
    return .imported(path: path, name: name)
  }

  /// A recipe and what its names mean.
  private struct Reading {
    let source: SourceText
    let resolution: Resolution
    let problems: Int

    init(_ source: SourceText, _ path: String, _ lexicon: Lexicon, _ reader: RecipeReader) {
      self.source = source
      let (tree, found) = Parser.parse(source)
      problems = found.count
      resolution = Resolution(tree, at: path, lexicon: lexicon, reader: reader)
    }
  }
}

extension Resolution.Symbol {
  /// Whether it is an import without `as`.
  fileprivate var isNamedByPath: Bool { kind == .recipe && range.count != name.utf8.count }
}

extension Resolution {
  /// A symbol that has a name beside it, or hides one of the file, as none did before.
  fileprivate func clash(beyond before: Resolution) -> Symbol? {
    guard symbols.count == before.symbols.count else { return nil }
    let known = Set(before.clashes)
    return clashes.first { !known.contains($0) }.map { symbols[$0] }
  }

  private var clashes: [Int] {
    symbols.indices.filter { index in
      let symbol = symbols[index]
      return symbols.indices.contains { other in
        guard other != index, symbols[other].name == symbol.name else { return false }
        if symbols[other].group == symbol.group { return true }
        return symbol.kind == .local && symbols[other].isOfFile
          && symbols[other].scope.contains(symbol.range.start)
      }
    }
  }
}

extension SourceText {
  /// The text after edits that do not overlap and stand in order.
  public func applying(_ edits: [Renaming.Edit]) -> SourceText {
    var result: [UInt8] = []
    var position = 0
    for edit in edits {
      result += bytes[position..<max(position, edit.range.start)] + Array(edit.text.utf8)
      position = edit.range.end
    }
    return SourceText(name: name, bytes: result + bytes[position...])
  }
}
