import Vocabulary

extension Vocabulary {
  /// All words of the language, one line each.
  public static let standard = Vocabulary(primitives: [])
}
