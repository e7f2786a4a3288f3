import Datasets
import Language
import Testing
import Training
import Vocabulary

/// The check that a user asks for: the traced gradient of a loss against slopes of its formula.
@Suite("gradient_check")
struct GradientCheckTests {
  private static let pairs = "-> Loss<(prompt: Text, chosen: Text, rejected: Text)> ="

  private func loss(_ definition: String) throws -> Loss {
    let program = program("\(definition)\nit = mine()")
    return try Loss(recipeValue: program.value(of: "it") ?? .none)
  }

  private func check(
    _ loss: Loss, on rows: Dataset, tolerance: Double = 1e-3
  ) throws -> Record {
    let model = try tinyModel(" |> attach(lora(rank: 2))")
    return try Record(
      recipeValue: Primitive.gradientCheck.run(
        Record([
          ("loss", loss.recipeValue), ("on", rows.recipeValue), ("model", model.recipeValue),
          ("tolerance", .float(tolerance)),
        ]), in: scratchless))
  }

  @Test(
    "Smooth losses pass",
    arguments: [
      "def mine() \(pairs) loss(b => mean(-log_sigmoid(0.1 * (sum(b.chosen.logp - "
        + "b.chosen.base_logp) - sum(b.rejected.logp - b.rejected.base_logp)))))",
      // The focal loss's weight on DPO.
      "def mine() \(pairs) loss(b => { m = 0.1 * (sum(b.chosen.logp - b.chosen.base_logp) - "
        + "sum(b.rejected.logp - b.rejected.base_logp))\n"
        + "mean(-square(sigmoid(-m)) * log_sigmoid(m)) })",
      "def mine() \(pairs) loss(b => mean(-2.0 * mean(b.chosen.logp) - "
        + "log1mexp(mean(b.rejected.logp))))",
      "def mine() \(pairs) loss(b => mean(detach(exp(sum(b.chosen.logp) / 100.0)) * "
        + "-mean(b.chosen.logp) + mean(b.rejected.logp)))",
    ])
  func smooth(_ definition: String) throws {
    let report = try check(loss(definition), on: answerPairs)
    #expect(report["passed"] == .bool(true), "\(Value.record(report).source)")
    guard case .int(let tokens)? = report["tokens"], case .list(let worst)? = report["worst"] else {
      Issue.record("no report")
      return
    }
    #expect(tokens > 50)
    #expect(worst.count == 5)
  }

  @Test("A tolerance below single precision is not met")
  func tolerance() throws {
    let report = try check(
      loss(
        "def mine() -> Loss<(prompt: Text, response: Text)> = "
          + "loss(b => mean(square(b.logp), over: b.mask))"), on: singles, tolerance: 1e-12)
    #expect(report["passed"] == .bool(false))
  }

  @Test(
    "What has no slope is refused",
    arguments: [
      ("mean(relu(b.logp - detach(b.logp)), over: b.mask)", "is not differentiable at row 1"),
      ("mean(detach(b.logp), over: b.mask)", "does not depend on the model"),
    ])
  func refused(_ formula: String, _ words: String) throws {
    let loss = try loss(
      "def mine() -> Loss<(prompt: Text, response: Text)> = loss(b => \(formula))")
    let error = #expect(throws: TrainingError.self) { try check(loss, on: singles) }
    #expect(error?.problem.contains(words) == true, "\(String(describing: error))")
  }
}
