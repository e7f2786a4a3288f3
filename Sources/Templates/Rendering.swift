/// A conversation as text, and who wrote which bytes of it.
public struct Rendering: Hashable, Sendable {
  /// What the assistant wrote in one go: content, and the marker that ends the turn.
  public struct AssistantSpan: Hashable, Sendable {
    /// Bytes of the UTF-8 of the text.
    public var bytes: Range<Int>
    /// Which message it is; nil where a `{% generation %}` block writes no message's words.
    public var message: Int?
  }

  public var text: String
  public var assistant: [AssistantSpan]
  /// For each message, the bytes that its content became.
  ///
  /// A content may come out in several pieces, or not at all. An empty content is an empty range at
  /// its place.
  public var contentSpans: [[Range<Int>]]

  /// The bytes that the assistant wrote, in order.
  public var assistantSpans: [Range<Int>] { assistant.map(\.bytes) }

  /// The bytes of the last assistant message alone.
  public var lastAssistantSpans: [Range<Int>] {
    guard let last = assistant.last(where: { $0.message != nil })?.message else { return [] }
    return assistant.filter { $0.message == last }.map(\.bytes)
  }
}
