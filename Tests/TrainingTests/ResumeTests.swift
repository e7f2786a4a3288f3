import Datasets
import Foundation
import Language
import Models
import Store
import Synchronization
import Tensors
import TestSupport
import Testing
import Training
import Vocabulary

/// What an interruption must not change.
@Suite("An interrupted run ends as one that was not")
struct ResumeTests {
  /// Looks once per step whether to pause; says yes the given time.
  private static func pausing(atStep step: Int) -> @Sendable () -> Bool {
    let looks = Counter()
    return { looks.next() == step }
  }

  @Test("A pause at any step changes no bit", arguments: [1, 3, 6], ["", adapter])
  func pause(_ step: Int, _ wearing: String) throws {
    let model = try tinyModel(wearing)
    var call = TrainingCall(model, steps: 6, try Self.cosine())
    let whole = try call.run()
    call.context.scratch = newFolder()
    call.context.isPausing = Self.pausing(atStep: step)
    #expect(throws: Paused.self) { try call.run() }
    call.context.isPausing = { false }
    let resumed = try call.run()
    #expect(resumed.bits == whole.bits)
    #expect(resumed.history == whole.history)
    #expect(resumed.curves.map(\.values) == whole.curves.map(\.values))
    #expect(whole.history.count == 6)
  }

  @Test("Nor does a pause of a run on packed weights with moments of 8 bits", arguments: [1, 4])
  func packed(_ step: Int) throws {
    let model: LanguageModel = try value(
      #"new_model(llama(width: 64, layers: 1, heads: 2, context: 48, hidden: 64), "#
        + #"vocabulary: train_vocabulary(rows([(text: "a bc")]), of: .text, size: 260), "#
        + #"weights: "nf4") |> attach(lora(rank: 80))"#)
    #expect(model.weights.values.contains { $0.type == .nf4 })
    var call = TrainingCall(
      model, steps: 6, try Self.cosine() + [("optimizer", .text("adamw_8bit"))])
    let whole = try call.run()
    call.context.scratch = newFolder()
    call.context.isPausing = Self.pausing(atStep: step)
    #expect(throws: Paused.self) { try call.run() }
    let snapshot = try #require(try Snapshot.read(from: call.context.scratch))
    #expect(
      snapshot.moments.values.contains { if case .packed(_, _) = $0 { true } else { false } })
    call.context.isPausing = { false }
    let resumed = try call.run()
    #expect(resumed.bits == whole.bits)
    #expect(resumed.history == whole.history)
    #expect((whole.history.last ?? .infinity) < (whole.history.first ?? 0))
  }

  private static func cosine() throws -> [(String, Value)] {
    [("lr", try value("cosine(peak: 1e-2, warmup: 2steps)", as: Schedule.self).recipeValue)]
  }

  /// A process that is killed leaves the last snapshot that it wrote, whatever it did after.
  @Test("What comes after the last snapshot is done again, to the same bit")
  func killed() throws {
    let model = try tinyModel()
    let whole = try TrainingCall(model, steps: 7, []).run()
    var call = TrainingCall(model, steps: 7, [])
    call.context.isPausing = Self.pausing(atStep: 2)
    #expect(throws: Paused.self) { try call.run() }
    let saved = newFolder()
    try FileManager.default.copyItem(at: call.context.scratch, to: saved)
    call.context.isPausing = Self.pausing(atStep: 3)
    #expect(throws: Paused.self) { try call.run() }
    call.context.scratch = saved
    call.context.isPausing = { false }
    #expect(try call.run().bits == whole.bits)
  }

  @Test("A run that goes on does not score the reference again; a damaged score is made anew")
  func reference() throws {
    var call = TrainingCall(try tinyModel(adapter), on: answerPairs, with: "dpo()")
    call.watch = Dataset(rows: Array(answerPairs.rows.prefix(3)))
    let whole = try call.run()
    call.context.key = "stage"
    call.context.isPausing = Self.pausing(atStep: 5)
    #expect(throws: Paused.self) { try call.run() }
    let file = call.context.scratch.appending(path: "reference.safetensors")
    for damages in [false, true] {
      if damages { try Data(contentsOf: file).prefix(40).write(to: file) }
      let events = Collected<RunEvent>()
      call.context.report = { events.add($0) }
      call.context.isPausing = { false }
      #expect(try call.run().bits == whole.bits)
      #expect(events.all.progress.contains { $0.label.hasSuffix("reference") } == damages)
    }
  }

  @Test("A snapshot is kept as often as the settings say")
  func interval() throws {
    var settings = TrainingSettings(
      budget: Budget(Quantity(3, .steps)), batch: 8, schedule: Schedule(.constant, peak: 1e-2))
    let context = TrainingCall(try tinyModel()).context
    let file = context.scratch.appending(path: "snapshot.safetensors")
    let loss: Loss = try value("sft()")
    _ = try TrainingRun(try tinyModel(), loss, settings, context).run(on: singles, watching: nil)
    #expect(!FileManager.default.fileExists(atPath: file.path))
    settings.snapshotInterval = 0
    _ = try TrainingRun(try tinyModel(), loss, settings, context).run(on: singles, watching: nil)
    #expect(try Snapshot.read(from: context.scratch)?.history.count == 3)
  }

  @Test("A damaged snapshot is an error that says what to do", arguments: [0, 7, 600, -900])
  func damaged(_ length: Int) throws {
    var call = TrainingCall(try tinyModel())
    call.context.isPausing = { true }
    #expect(throws: Paused.self) { try call.run() }
    let file = call.context.scratch.appending(path: "snapshot.safetensors")
    let data = try Data(contentsOf: file)
    try data.prefix(length < 0 ? data.count + length : length).write(to: file)
    call.context.isPausing = { false }
    let error = #expect(throws: TrainingError.self) { try call.run() }
    #expect(error?.description.contains("Delete \(file.path)") == true, "\(error as Any)")
  }

  @Test("A snapshot of another model is refused")
  func foreign() throws {
    var call = TrainingCall(try tinyModel())
    call.context.isPausing = { true }
    #expect(throws: Paused.self) { try call.run() }
    var other = TrainingCall(try tinyModel(adapter))
    other.context.scratch = call.context.scratch
    let error = #expect(throws: TrainingError.self) { try other.run() }
    #expect(error?.problem.contains("but the run trains") == true)
  }

  @Test("The snapshot of another stage in the same folder is left alone")
  func otherStage() throws {
    var call = TrainingCall(try tinyModel())
    call.context.key = "first"
    call.context.isPausing = { true }
    #expect(throws: Paused.self) { try call.run() }
    call.context.key = "second"
    call.context.isPausing = { false }
    #expect(try call.run().bits == TrainingCall(try tinyModel()).run().bits)
  }

  @Test("A finished stage is taken from the store, and its snapshot is gone")
  func store() throws {
    let folder = newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = Store(folder: folder, stored: Library.storedModelTypes)
    let text = """
      m = new_model(llama(width: 16, layers: 1, heads: 2),
        vocabulary: train_vocabulary(rows([(text: "a bc")]), of: .text, size: 260))
      t = m |> train(on: rows([(prompt: "a", response: "b"), (prompt: "c", response: "d e")]),
        with: sft(), budget: 3steps, batch: 2)
      """
    let looks = Counter()
    var models: [LanguageModel] = []
    for run in 0..<3 {
      let program = program(text)
      var context = scratchless
      // The runner looks before each of three stages, training after each step.
      context.isPausing = { run == 0 && looks.next() >= 5 }
      let runner = Runner(results: store, context: context)
      do {
        let value = try runner.value(program.value(of: "t") ?? .none, of: program)
        models.append(try LanguageModel(recipeValue: value))
        #expect(run > 0)
      } catch is Paused {
        #expect(run == 0)
        #expect(try Self.snapshots(in: folder).count == 1)
      }
      if run == 2 { #expect(runner.stagesRun <= 2) }
    }
    #expect(models.count == 2 && models[0].bits == models[1].bits)
    #expect(models[0].history == models[1].history)
    #expect(try Self.snapshots(in: folder).isEmpty)
  }

  private static func snapshots(in folder: URL) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix("snapshot.safetensors") }
  }
}

/// Counts how often it was asked.
private final class Counter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}
