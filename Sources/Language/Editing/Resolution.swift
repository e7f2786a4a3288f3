// Which definition each name of a recipe means.

import Syntax
import Vocabulary

/// The names of a recipe: where each is defined, and what each means where it is used.
///
/// The tree alone is read, so that this works on recipes that do not check. Names that are used
/// before their definition, which the checker refuses, mean the definition further down.
public struct Resolution: Sendable {
  /// A definition.
  public struct Symbol: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
      case value, param, type, function, recipe
      /// A parameter of a `def`.
      case formal
      /// A parameter of a lambda, a name of a block or of a comprehension.
      case local
    }

    public let name: String
    public let kind: Kind
    /// Where the name stands; the path of an import without `as`.
    public let range: SourceRange
    /// Where in the text the name means this.
    public let scope: SourceRange
    /// Names of one group stand side by side and differ; 0 is the file itself.
    public let group: Int
    /// The expression that gives the value, where there is one.
    public let value: SourceRange?
    /// The recipe whose names the value has: that of an import, or of a call of one.
    public let recipe: String?

    /// Whether importers see the name: as a member, and a param also as a label.
    public var isExported: Bool { kind == .value || kind == .param }
    public var isOfFile: Bool { group == 0 }
  }

  /// What a name means.
  public enum Meaning: Hashable, Sendable {
    /// A symbol of this recipe, by its place in `symbols`.
    case symbol(Int)
    /// A name of an imported recipe: a member of its record, or the label of a param.
    case imported(path: String, name: String)
    /// A word of the library.
    case word(String)
    /// The label of a parameter of a word of the library.
    case label(String, of: String)
    case column(String)
    /// A part of a value that is not an imported recipe.
    case member(String)
    /// A label of a record or of a row type.
    case field(String)
    /// A type that comes with the language, or `it`.
    case builtIn(String)
    case unknown(String)
  }

  public struct Occurrence: Hashable, Sendable {
    public let range: SourceRange
    public let meaning: Meaning
    public let isDefinition: Bool
  }

  public let path: String
  public internal(set) var symbols: [Symbol] = []
  /// In the order of the text.
  public internal(set) var occurrences: [Occurrence] = []

  public init(
    _ tree: SyntaxTree.File, at path: String, lexicon: Lexicon, reader: RecipeReader = .files
  ) {
    self.init(tree, at: path, lexicon: lexicon, reader: reader, within: [])
  }

  init(
    _ tree: SyntaxTree.File, at path: String, lexicon: Lexicon, reader: RecipeReader,
    within importers: Set<String>
  ) {
    self.path = path
    var resolver = Resolver(path: path, lexicon: lexicon, reader: reader, importers: importers)
    resolver.read(tree)
    symbols = resolver.symbols
    occurrences = resolver.occurrences.sorted {
      ($0.range.start, $0.range.end) < ($1.range.start, $1.range.end)
    }
  }

  /// The name at an offset, or that ends there.
  public func occurrence(at offset: Int) -> Occurrence? {
    occurrences.first { $0.range.contains(offset) }
      ?? occurrences.first { $0.range.end == offset && !$0.range.isEmpty }
  }

  /// A name of the file, as importers see it.
  public func exported(_ name: String) -> Int? {
    symbols.lastIndex { $0.name == name && $0.isExported && $0.isOfFile }
  }

  /// Whether a meaning in this recipe is a name of the recipe at `path`, or a symbol here.
  public func occurrences(of name: SymbolName) -> [Occurrence] {
    occurrences.filter { self.name($0.meaning) == name }
  }

  /// The definition that a meaning speaks of, the same in every recipe.
  public func name(_ meaning: Meaning) -> SymbolName? {
    switch meaning {
    case .symbol(let index):
      let symbol = symbols[index]
      if symbol.isExported, symbol.isOfFile, exported(symbol.name) == index {
        return .exported(path: path, name: symbol.name)
      }
      return .own(path: path, index: index)
    case .imported(let path, let name): return .exported(path: path, name: name)
    case .word, .label, .column, .member, .field, .builtIn, .unknown: return nil
    }
  }
}

/// A definition as all recipes of a folder may speak of it.
public enum SymbolName: Hashable, Sendable {
  case exported(path: String, name: String)
  /// Seen by one recipe alone.
  case own(path: String, index: Int)

  public var path: String {
    switch self {
    case .exported(let path, _), .own(let path, _): path
    }
  }
}
