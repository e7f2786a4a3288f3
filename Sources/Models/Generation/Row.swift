import Tensors
import Tokenizers

/// One text while it grows.
struct Row {
  let request: Generator.Request
  let index: Int
  let prompt: CachedPrompt
  /// The places of the cache for what is written.
  let own: Stretch
  private(set) var tokens: [Int32] = []
  private(set) var end: Generator.Answer.End?
  private var decoder: StreamDecoder
  private var text = ""
  private var margins: [Float] = []
  private var logProbabilities: [Float] = []
  private var seen: Set<Int32>
  /// How far the constraint, if there is one, has come.
  private var state = ByteAutomaton.start

  init(
    _ request: Generator.Request, index: Int, prompt: CachedPrompt, own: Stretch,
    decoder: StreamDecoder
  ) {
    self.request = request
    self.index = index
    self.prompt = prompt
    self.own = own
    self.decoder = decoder
    seen = request.sampling.repetitionPenalty == 1 ? [] : Set(request.prompt)
  }

  /// Prompt and answer so far.
  var length: Int { request.prompt.count + tokens.count }

  var answer: Generator.Answer {
    Generator.Answer(
      tokens: tokens, text: text, end: end ?? .length, margins: margins,
      logProbabilities: logProbabilities)
  }

  /// The next token, drawn from what the model says may follow, as far as it may stand.
  func draw(_ logits: [Float]) -> Sampling.Draw {
    guard let constraint = request.constraint else { return draw(logits, seen: seen) }
    let allowed = constraint.allowed(in: state, room: request.maximum - tokens.count)
    let known = seen.isEmpty ? [] : allowed.indices.filter { seen.contains(allowed[$0]) }
    var draw = draw(allowed.map { logits[Int($0)] }, seen: Set(known.map(Int32.init)))
    draw.token = allowed[Int(draw.token)]
    return draw
  }

  private func draw(_ logits: [Float], seen: Set<Int32>) -> Sampling.Draw {
    request.sampling.draw(
      logits, seen: seen, row: request.row, position: length,
      tellsProbability: request.tellsProbabilities)
  }

  /// Writes a token; the text that has become certain by it.
  mutating func append(_ draw: Sampling.Draw) -> String {
    margins.append(draw.margin)
    if let probability = draw.logProbability { logProbabilities.append(probability) }
    if let constraint = request.constraint { return append(draw.token, constraint) }
    if request.stopTokens.contains(draw.token) {
      end = .stopToken
      return finish()
    }
    tokens.append(draw.token)
    if request.sampling.repetitionPenalty != 1 { seen.insert(draw.token) }
    let piece = decoder.append(draw.token)
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

  /// Writes a token that may stand; where nothing may follow, the answer is whole.
  private mutating func append(_ token: Int32, _ constraint: TokenConstraint) -> String {
    tokens.append(token)
    if request.sampling.repetitionPenalty != 1 { seen.insert(token) }
    state = constraint.next(state, token)
    let piece = decoder.append(token)
    text += piece
    if constraint.isDone(state) { end = .stopToken }
    return end == nil ? piece : piece + finish()
  }

  private mutating func finish() -> String {
    let rest = decoder.finish()
    text += rest
    return rest
  }
}
