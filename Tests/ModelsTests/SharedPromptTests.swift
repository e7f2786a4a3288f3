import Models
import Tensors
import Testing

/// Rows whose prompts begin alike compute the beginning once, and nothing else changes.
@Suite("Prompts that rows share")
struct SharedPromptTests {
  private static let sampling = Sampling(temperature: 1, seed: 4)

  private func requests(_ prompts: [[Int32]], maximum: Int) -> [Generator.Request] {
    prompts.enumerated().map {
      Generator.Request(
        prompt: $1, sampling: Self.sampling, maximum: maximum, row: UInt32($0),
        tellsProbabilities: true)
    }
  }

  private func run(
    _ model: LanguageModel, _ requests: [Generator.Request], slots: Int, together: Int
  ) throws -> [Generator.Answer] {
    try Generator(model, threads: 2, slots: slots, together: together).run(requests)
  }

  private func expectSame(_ answers: [Generator.Answer], _ others: [Generator.Answer]) {
    #expect(answers.map(\.tokens) == others.map(\.tokens))
    #expect(answers.map(\.logProbabilities) == others.map(\.logProbabilities))
    #expect(answers.map(\.margins) == others.map(\.margins))
  }

  @Test("Samples of one prompt have the bits of samples drawn alone", arguments: Tiny.names)
  func samples(_ name: String) throws {
    let model = try Tiny.model(name)
    let all = requests([[3, 1, 4], [3, 1, 4], [5], [3, 1, 4], [5]], maximum: 4)
    let together = try run(model, all, slots: 40, together: 5)
    expectSame(together, try all.flatMap { try run(model, [$0], slots: 7, together: 1) })
    #expect(Set(together.map(\.tokens)).count > 2)
    // A shared prompt takes its places once: three of these fit where one and a half would not.
    expectSame(together, try run(model, all, slots: 3 + 3 * 4, together: 5))
  }

  @Test("A drawn token is as likely as scoring finds it", arguments: Tiny.names)
  func probabilities(_ name: String) throws {
    let model = try Tiny.model(name)
    let prompts: [[Int32]] = [[3, 1, 4], [5, 2]]
    let answers = try run(model, requests(prompts, maximum: 5), slots: 40, together: 2)
    for (prompt, answer) in zip(prompts, answers) {
      let scored = try scores(
        model, [Example(prompt: prompt, completions: [.init(answer.tokens)])])[0][0]
      #expect(distance(answer.logProbabilities, scored) < 1e-5)
    }
  }

  @Test(
    "A long common beginning is computed once, bit for bit",
    .enabled(if: Real.hasSmolLM2, "SmolLM2 or its fixtures are not at hand (see ROUX_SMOLLM2)"))
  func beginnings() throws {
    let model = try Real.smolLM2()
    let head = (0..<300).map { Int32(1000 + $0 * 37 % 900) }
    let all = requests([head + [5, 6], head + [7], head, head + [5, 6]], maximum: 3)
    let places = 302 + (301 - 256) + (300 - 256) + 4 * 3
    let together = try run(model, all, slots: places, together: 4)
    expectSame(together, try all.flatMap { try run(model, [$0], slots: 305, together: 1) })
  }
}
