import Vocabulary

extension Library {
  /// All words of the language, one line each.
  public static let standard = Library(primitives: [])
}
