import Tokenizers

/// One text while it grows.
struct Row {
  let request: Generator.Request
  let index: Int
  /// The rows of the cache that belong to it.
  let slots: Range<Int>
  private(set) var tokens: [Int32] = []
  private(set) var end: Generator.Answer.End?
  private var decoder: StreamDecoder
  private var text = ""
  private var margins: [Float] = []
  private var seen: Set<Int32>

  init(
    _ request: Generator.Request, index: Int, slots: Range<Int>, decoder: StreamDecoder
  ) {
    self.request = request
    self.index = index
    self.slots = slots
    self.decoder = decoder
    seen = request.sampling.repetitionPenalty == 1 ? [] : Set(request.prompt)
  }

  /// Prompt and answer so far.
  var length: Int { request.prompt.count + tokens.count }

  var answer: Generator.Answer {
    Generator.Answer(tokens: tokens, text: text, end: end ?? .length, margins: margins)
  }

  /// Draws the next token; the text that has become certain by it.
  mutating func append(_ logits: [Float]) -> String {
    let token = request.sampling.next(logits, seen: seen, row: request.row, position: length)
    margins.append(Self.margin(logits))
    if request.stopTokens.contains(token) {
      end = .stopToken
      return finish()
    }
    tokens.append(token)
    if request.sampling.repetitionPenalty != 1 { seen.insert(token) }
    let piece = decoder.append(token)
    text += piece
    if let stop = request.stopTexts.compactMap({ text.firstRange(of: $0) }).min(by: {
      $0.lowerBound < $1.lowerBound
    }) {
      text = String(text[..<stop.lowerBound])
      end = .stopText
      return ""
    }
    if tokens.count >= request.maximum {
      end = .length
      return piece + finish()
    }
    return piece
  }

  private mutating func finish() -> String {
    let rest = decoder.finish()
    text += rest
    return rest
  }

  private static func margin(_ logits: [Float]) -> Float {
    var first = -Float.infinity
    var second = -Float.infinity
    for value in logits {
      if value > first {
        second = first
        first = value
      } else if value > second {
        second = value
      }
    }
    return first - second
  }
}

/// Which stretches of the cache are free.
struct SlotRanges {
  private var free: [Range<Int>]

  init(count: Int) { free = [0..<count] }

  /// The first free stretch that is long enough.
  mutating func take(_ count: Int) -> Range<Int>? {
    guard let place = free.firstIndex(where: { $0.count >= count }) else { return nil }
    let start = free[place].lowerBound
    free[place] = start + count..<free[place].upperBound
    if free[place].isEmpty { free.remove(at: place) }
    return start..<start + count
  }

  mutating func giveBack(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    free.append(range)
    free.sort { $0.lowerBound < $1.lowerBound }
    free = free.reduce(into: []) { merged, next in
      if let last = merged.last, last.upperBound == next.lowerBound {
        merged[merged.count - 1] = last.lowerBound..<next.upperBound
      } else {
        merged.append(next)
      }
    }
  }
}
