/// All words that recipes may use: primitives, types with parts, and the part of the library that
/// is written in the language.
public struct Library: Sendable {
  /// A type of the runtime as the checker knows it.
  public struct TypeEntry: Sendable {
    public let name: String
    public let summary: String
    /// How many type arguments it takes, as `Loss<row>` takes one.
    public let arity: Int
    /// The parts of a value by name, given the type arguments.
    public let members: @Sendable ([RecipeType]) -> [RecordField]
    /// The type of every part, where only the rows know the names.
    public let openMember: RecipeType?

    public init(
      _ name: String, _ summary: String, arity: Int = 0, openMember: RecipeType? = nil,
      members: @escaping @Sendable ([RecipeType]) -> [RecordField] = { _ in [] }
    ) {
      self.name = name
      self.summary = summary
      self.arity = arity
      self.members = members
      self.openMember = openMember
    }
  }

  /// A file of the library that is written in the language.
  public struct Source: Sendable {
    public let name: String
    /// Where the manual shows its functions.
    public let chapter: Chapter
    public let text: String

    public init(name: String, in chapter: Chapter = .results, text: String) {
      self.name = name
      self.chapter = chapter
      self.text = text
    }
  }

  /// In the manual's order; several may share a name when their first parameters differ in type.
  public let primitives: [Primitive]
  public let types: [TypeEntry]
  private let typesByName: [String: TypeEntry]
  public let sources: [Source]
  /// The types that the store can keep.
  public let stored: [any StoredValue.Type]

  public init(
    primitives: [Primitive], types: [TypeEntry] = [], sources: [Source] = [],
    stored: [any StoredValue.Type] = []
  ) {
    self.primitives = primitives
    self.types = types
    typesByName = Dictionary(types.map { ($0.name, $0) }) { first, _ in first }
    self.sources = sources
    self.stored = stored
  }

  public func primitives(named name: String) -> [Primitive] {
    primitives.filter { $0.name == name }
  }
  public func type(named name: String) -> TypeEntry? { typesByName[name] }
}
