import Datasets
import Foundation
import JSON
import Models
import TestSupport
import Testing
import Training
import Vocabulary

/// How long training goes on, and at which rate.
@Suite("Budgets and schedules")
struct BudgetTests {
  private func steps(_ amount: Double, _ unit: Vocabulary.Unit, batch: Int) throws -> Int {
    let call = TrainingCall(
      try tinyModel(),
      [("budget", .quantity(Quantity(amount, unit))), ("batch", .int(batch))])
    return try call.run().history.count
  }

  /// Sixteen rows in batches of 5 are 4 steps, the last of one row.
  @Test(
    "Epochs, whole and in part",
    arguments: [
      (1.0, 5, 4), (2, 5, 8), (0.5, 5, 2), (0.6, 5, 3), (1.1, 2, 9), (1, 16, 1), (1, 40, 1),
    ]
  )
  func epochs(_ amount: Double, _ batch: Int, _ expected: Int) throws {
    #expect(try steps(amount, .epochs, batch: batch) == expected)
  }

  @Test("Steps are steps")
  func steps() throws {
    #expect(try steps(1, .steps, batch: 3) == 1)
    #expect(try steps(7, .steps, batch: 8) == 7)
  }

  @Test("Tokens end with the step that reaches them")
  func tokens() throws {
    let model = try tinyModel()
    let rows = try EncodedRows(singles, for: .single, model: model, length: 48, step: "rows")
    let sizes = rows.examples.map(\.tokenCount)
    let all = sizes.reduce(0, +)
    let order = Order(count: 16, batch: 3, seed: 4, shuffles: true)
    for wanted in [1, 100, all, all + 1, 2 * all, 3 * all - 7] {
      var (seen, step) = (0, 0)
      while seen < wanted {
        seen += order.rows(step: step).reduce(0) { $0 + sizes[$1] }
        step += 1
      }
      let budget = Budget(Quantity(Double(wanted), .tokens))
      #expect(order.steps(within: budget, tokens: sizes) == step, "\(wanted)")
    }
  }

  @Test("Time ends a run, a resumed one too")
  func time() throws {
    let call = TrainingCall(
      try tinyModel(), [("budget", .quantity(Quantity(0.3, .seconds)))])
    let start = Date()
    #expect(try call.run().history.count > 1)
    #expect(Date().timeIntervalSince(start) < 20)
    var spent = try #require(try snapshot(of: call.model))
    spent.seconds = 10
    try spent.write(to: call.context.scratch)
    #expect(try call.run().history.count == 1)
  }

  private func snapshot(of model: LanguageModel) throws -> Snapshot? {
    var call = TrainingCall(model)
    call.context.isPausing = { true }
    _ = try? call.run()
    return try Snapshot.read(from: call.context.scratch)
  }

  @Test("The last step of an epoch takes the rows that are left, each once")
  func lastStep() {
    for shuffles in [false, true] {
      let order = Order(count: 16, batch: 5, seed: 1, shuffles: shuffles)
      let epoch = (0..<4).map { order.rows(step: $0) }
      #expect(epoch.map(\.count) == [5, 5, 5, 1])
      #expect(Set(epoch.joined()) == Set(0..<16))
    }
  }

  @Test("The order follows from seed and step alone")
  func order() {
    let order = Order(count: 16, batch: 5, seed: 1, shuffles: true)
    let again = Order(count: 16, batch: 5, seed: 1, shuffles: true)
    let backwards = (0..<12).reversed().map { again.rows(step: $0) }
    #expect((0..<12).map { order.rows(step: $0) } == backwards.reversed())
    let other = Order(count: 16, batch: 5, seed: 2, shuffles: true)
    #expect(order.rows(step: 0) != other.rows(step: 0))
    #expect(order.rows(step: 0) != order.rows(step: 4))
    let plain = Order(count: 16, batch: 5, seed: 1, shuffles: false)
    #expect(plain.rows(step: 5) == [5, 6, 7, 8, 9])
  }

  @Test("Another seed is another run")
  func seeds() throws {
    let first = try TrainingCall(try tinyModel()).run()
    let second = try TrainingCall(try tinyModel(), [("seed", .int(1))]).run()
    #expect(first.bits != second.bits)
  }

  @Test(
    "Schedules are those of Transformers",
    .enabled(if: SharedFiles.file("fixtures/smollm2/misc.json") != nil, "fixtures are not at hand"),
    arguments: [
      ("cosine", Schedule.Shape.cosine), ("linear", .linear), ("constant_warmup", .constant),
    ])
  func transformers(_ name: String, _ shape: Schedule.Shape) throws {
    let file = try #require(SharedFiles.file("fixtures/smollm2/misc.json"))
    let fixture = try #require(try JSONValue(file: file)["schedules"]?[name])
    let warmup = try #require(fixture["num_warmup_steps"]?.int)
    let schedule = Schedule(
      shape, peak: try #require(fixture["peak"]?.double),
      warmup: Portion(Quantity(Double(warmup), .steps)))
    let total = fixture["num_training_steps"]?.int ?? 20
    let rates = try #require(fixture["lr"]).doubles
    #expect(rates.count > total)
    for (step, rate) in rates.prefix(total + 1).enumerated() {
      #expect(abs(schedule.rate(step: step, of: total) - rate) < 1e-11, "step \(step)")
    }
  }

  @Test("Schedules are those of the reference vectors", .enabled(if: vectors != nil))
  func references() throws {
    let vectors = try JSONValue(file: try #require(Self.vectors))["vectors"]?.list ?? []
    let expected = try #require(
      vectors.first { $0["id"]?.text == "sched.cosine_linear" }?["expected"])
    for (name, shape) in [("cosine", Schedule.Shape.cosine), ("linear", .linear)] {
      let schedule = Schedule(shape, peak: 1, warmup: Portion(Quantity(20, .percent)))
      let rates = expected[name]?.doubles ?? []
      #expect(rates.count == 11)
      for (step, rate) in rates.enumerated() {
        #expect(abs(schedule.rate(step: step, of: 10) - rate) < 1e-12, "\(name) \(step)")
      }
    }
    let falling = try #require(
      vectors.first { $0["id"]?.text == "sched.drpo_linear" }?["expected"]?["lr"]?.doubles)
    for (step, rate) in falling.enumerated() {
      #expect(abs(Schedule(.linear, peak: 3e-6).rate(step: step, of: 5) - rate) < 1e-18)
    }
    #expect(falling.count == 5)
  }

  static let vectors = SharedFiles.file("reference/vectors.json")

  @Test("A cosine ends on its floor")
  func floor() {
    let schedule = Schedule(.cosine, peak: 2, floor: 0.1)
    #expect(abs(schedule.rate(step: 10, of: 10) - 0.2) < 1e-12)
    #expect(schedule.rate(step: 0, of: 10) == 2)
  }

  @Test("The first update of a warm-up changes nothing, later ones do")
  func warmup() throws {
    func distance(_ steps: Int) throws -> Float {
      let rate: Schedule = try value("linear(peak: 1e-2, warmup: 2steps)")
      let model = try tinyModel()
      return try TrainingCall(model, steps: steps, [("lr", rate.recipeValue)]).run()
        .distance(to: model)
    }
    #expect(try distance(1) == 0)
    #expect(try distance(2) > 0)
  }
}
