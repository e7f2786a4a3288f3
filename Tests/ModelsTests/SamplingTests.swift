import Formats
import Models
import TestSupport
import Testing

@Suite("Sampling filters")
struct SamplingTests {
  static let cases: [(String, Sampling)] = [
    ("temperature_0_7", Sampling(temperature: 0.7)),
    ("top_k_5", Sampling(temperature: 1, topK: 5)),
    ("top_p_0_9", Sampling(temperature: 1, topP: 0.9)),
    ("min_p_0_1", Sampling(temperature: 1, minP: 0.1)),
    ("repetition_1_3", Sampling(temperature: 1, repetitionPenalty: 1.3)),
    ("chain_t0_8_k10_p0_95", Sampling(temperature: 0.8, topK: 10, topP: 0.95)),
  ]

  @Test(
    "Probabilities after a filter are those of Transformers",
    .enabled(
      if: SharedFiles.file("fixtures/smollm2/misc.json") != nil, "the fixtures are not at hand"),
    arguments: cases)
  func filters(_ name: String, _ sampling: Sampling) throws {
    let fixture = try shared("fixtures/smollm2/misc.json")["sampling"] ?? .null
    let expected = (fixture["probabilities"]?[name]).doubles
    let logits = fixture["logits"].doubles.map { Float($0) }
    let found = sampling.probabilities(logits, seen: Set(fixture["seen_ids"].ids))
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-5 * max(b, 0.01)) }
  }

  @Test("Draws come as often as their probabilities say")
  func frequencies() {
    let logits: [Float] = [0, 1, 2, 3, -1]
    let sampling = Sampling(temperature: 0.9, topP: 0.97, seed: 7)
    let expected = sampling.probabilities(logits)
    var counts = [Double](repeating: 0, count: logits.count)
    let draws = 20_000
    for position in 0..<draws {
      counts[Int(sampling.draw(logits, seen: [], row: 3, position: position).token)] += 1
    }
    for (count, probability) in zip(counts, expected) {
      let deviation = (probability * (1 - probability) / Double(draws)).squareRoot()
      #expect(abs(count / Double(draws) - probability) <= 4 * deviation)
    }
  }

  @Test("A temperature of zero takes the best token, the lowest id among equals")
  func greedy() {
    #expect(Sampling().draw([1, 3, 3, 2], seen: [], row: 0, position: 0).token == 1)
    let penalised = Sampling(repetitionPenalty: 2)
    #expect(penalised.draw([1, 3, 2.5, -1], seen: [1], row: 0, position: 0).token == 2)
  }
}
