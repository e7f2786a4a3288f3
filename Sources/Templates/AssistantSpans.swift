/// Finds, in what a template wrote, the parts that the assistant is to learn.
///
/// With `{% generation %}` blocks these are the parts, exactly. Without them, a part is made of:
///
/// 1. every stretch that came from an assistant's message: its content, reasoning, tool calls;
/// 2. the template's own words *between* two stretches of one message, such as `</think>` or the
///    braces of a tool call, unless a marker of turns stands among them;
/// 3. the template's own words *after* the last stretch, up to and including the first marker that
///    ends a turn: the end-of-text token, or `<|im_end|>`, `<|eot_id|>`, `</s>` and their like. If
///    there is no such marker, or one that opens a turn comes first, nothing is added.
///
/// Template's words are only those that no message, tool or role gave: nothing is ever searched in
/// what people wrote, so a user who types `<|im_end|>`, or the assistant's very words, changes
/// nothing. Roles, other messages, and the turns of a loop over messages bound every part, so role
/// headers and the prompt for the next turn are never in one.
struct AssistantSpans {
  let output: TaggedText
  let messages: [Message]
  let eos: String?

  /// A part, in scalars.
  struct Part {
    var lower: Int
    var upper: Int
    var message: Int?
  }

  func parts(hasGeneration: Bool) -> [Part] {
    hasGeneration ? generated() : written()
  }

  // MARK: With generation blocks

  private func generated() -> [Part] {
    var parts: [Part] = []
    var last: Origin?
    for stretch in output.stretches.sorted(by: { $0.lower < $1.lower }) {
      guard case .generation = stretch.origin else { continue }
      if stretch.origin == last {
        parts[parts.count - 1].upper = stretch.upper
      } else {
        parts.append(Part(lower: stretch.lower, upper: stretch.upper, message: nil))
      }
      last = stretch.origin
    }
    return parts.filter { $0.lower < $0.upper }.map { part in
      var part = part
      part.message = author(of: part)
      return part
    }
  }

  /// The first assistant message of whose words a part holds some.
  private func author(of part: Part) -> Int? {
    let inside = output.stretches.filter { $0.lower >= part.lower && $0.upper <= part.upper }
    return inside.lazy.compactMap { assistantMessage($0.origin) }.first
  }

  private func assistantMessage(_ origin: Origin) -> Int? {
    switch origin {
    case .content(let index), .field(let index): messages[index].isAssistant ? index : nil
    case .outside, .generation, .boundary: nil
    }
  }

  // MARK: Without

  private func written() -> [Part] {
    var parts: [Part] = []
    var open: Part?
    for stretch in output.stretches {
      if let current = open, current.message == assistantMessage(stretch.origin),
        marker(in: current.upper..<stretch.lower) == nil
      {
        open?.upper = stretch.upper
        continue
      }
      if let current = open { parts.append(finished(current, before: stretch.lower)) }
      open = assistantMessage(stretch.origin).map {
        Part(lower: stretch.lower, upper: stretch.upper, message: $0)
      }
    }
    if let current = open { parts.append(finished(current, before: output.count)) }
    return parts.filter { $0.lower < $0.upper }
  }

  private func finished(_ part: Part, before limit: Int) -> Part {
    guard let marker = marker(in: part.upper..<limit), marker.role == .end else { return part }
    var part = part
    part.upper = marker.end
    return part
  }

  // MARK: Markers

  private enum MarkerRole { case begin, end }

  /// The first marker of turns among the template's own words in that range.
  private func marker(in range: Range<Int>) -> (end: Int, role: MarkerRole)? {
    let eos = Array((eos ?? "").unicodeScalars)
    var place = range.lowerBound
    while place < range.upperBound {
      let rest = output.scalars[place..<range.upperBound]
      if !eos.isEmpty, rest.starts(with: eos) { return (place + eos.count, .end) }
      if let name = bracketed(rest), let role = Self.role(of: name) {
        return (place + name.unicodeScalars.count, role)
      }
      place += 1
    }
    return nil
  }

  /// A word in angle or square brackets at the start, brackets included.
  private func bracketed(_ rest: ArraySlice<Unicode.Scalar>) -> String? {
    let closers: [Unicode.Scalar: Unicode.Scalar] = ["<": ">", "[": "]"]
    guard let first = rest.first, let closer = closers[first] else { return nil }
    guard let end = rest.prefix(40).firstIndex(of: closer) else { return nil }
    let name = rest[rest.startIndex...end]
    return name.contains(where: \.isPythonSpace) ? nil : TaggedText(Array(name)).string
  }

  private static let ends: Set<String> = [
    "</s>", "<eos>", "<end_of_turn>", "<turn|>", "<|return|>",
  ]
  private static let begins: Set<String> = [
    "<s>", "<bos>", "<start_of_turn>", "<|turn>", "[INST]", "[/INST]", "[SYSTEM_PROMPT]",
  ]
  private static let endWords = ["end", "eot", "eos", "eom"]
  private static let beginWords = [
    "start", "begin", "bos", "header", "role", "user", "assistant", "system", "channel", "message",
  ]

  /// Whether a bracketed word ends a turn, begins one or its header, or does neither (nil).
  private static func role(of name: String) -> MarkerRole? {
    if ends.contains(name) { return .end }
    if begins.contains(name) { return .begin }
    let isSpecial =
      (name.hasPrefix("<|") && name.hasSuffix("|>")) || (name.hasPrefix("<｜"))
    guard isSpecial else { return nil }
    let word = name.lowercased()
    if beginWords.contains(where: word.contains) { return .begin }
    return endWords.contains(where: word.contains) ? .end : nil
  }
}
