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

  /// The next token, drawn from what the model says may follow.
  func draw(_ logits: [Float]) -> Sampling.Draw {
    request.sampling.draw(
      logits, seen: seen, row: request.row, position: length,
      tellsProbability: request.tellsProbabilities)
  }

  /// Writes a token; the text that has become certain by it.
  mutating func append(_ draw: Sampling.Draw) -> String {
    margins.append(draw.margin)
    if let probability = draw.logProbability { logProbabilities.append(probability) }
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

  private mutating func finish() -> String {
    let rest = decoder.finish()
    text += rest
    return rest
  }
}
