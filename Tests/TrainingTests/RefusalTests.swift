import Datasets
import Foundation
import Language
import Models
import TestSupport
import Testing
import Training
import Vocabulary

/// What training refuses, and what it says then.
@Suite("Training refuses what cannot work")
struct RefusalTests {
  private func rows(_ pairs: [(String, String)]) -> Dataset {
    Dataset(
      rows: pairs.map { Record([("prompt", .text($0.0)), ("response", .text($0.1))]) })
  }

  /// Runs a call that must fail; gives what it said and its ledgers.
  private func refusal(_ call: TrainingCall) throws -> (text: String, ledgers: [Ledger]) {
    var call = call
    let events = Collected<RunEvent>()
    call.context.report = { events.add($0) }
    var text = ""
    do {
      _ = try call.run()
      Issue.record("it trained")
    } catch { text = "\(error)" }
    return (text, events.all.ledgers)
  }

  @Test("Prompts that alone fill the length")
  func noRoom() throws {
    let long = String(repeating: "x", count: 60)
    let (text, ledgers) = try refusal(
      TrainingCall(tinyModel(), on: rows([(long, "y"), (long, "z")])))
    #expect(text.contains("none of the 2 training rows can be used"), "\(text)")
    #expect(text.contains("2 dropped: the prompt alone fills the length"), "\(text)")
    #expect(ledgers.first?.read == 2 && ledgers.first?.kept == 0)
  }

  @Test("Conversations in which the assistant says nothing")
  func noTargets() throws {
    let turn = Value.record(Record([("role", .text("user")), ("content", .text("hello"))]))
    let data = Dataset(rows: [Record([("messages", .list([turn]))])])
    let (text, _) = try refusal(TrainingCall(tinyModel(), on: data))
    #expect(text.contains("1 dropped: no target tokens"), "\(text)")
  }

  @Test(
    "Losses that are none",
    arguments: [
      ("loss(b => -b.logp)", "one number per token"),
      ("loss(b => 1.0)", "b.logp"),
      ("loss(b => mean(-b.chosen.logp))", "no `chosen`"),
      ("loss(b => mean(b.mask, over: b.mask))", "gradient is exactly zero"),
      ("loss(b => mean(sum(0.0 * b.logp)))", "gradient is exactly zero"),
      ("loss(b => mean(detach(-b.logp), over: b.mask))", "gradient is exactly zero"),
      ("loss(b => mean(log(sum(b.logp))))", "step 1 has loss nan"),
    ])
  func losses(_ loss: String, _ words: String) throws {
    let (text, _) = try refusal(TrainingCall(tinyModel(), with: loss))
    #expect(text.lowercased().contains(words.lowercased()), "\(text)")
  }

  @Test(
    "Numbers that cannot work, before anything runs",
    arguments: ["budget: 0steps", "lr: 0.0", "lr: -1e-3", "clip: 0.0", "beta1: 1.0", "batch: 0"])
  func numbers(_ argument: String) {
    let program = read(
      """
      m = new_model(llama(width: 16, layers: 1, heads: 2),
        vocabulary: train_vocabulary(rows([(text: "a bc")]), of: .text, size: 260))
      t = m |> train(on: rows([(prompt: "a", response: "b")]), with: sft(), \(argument))
      """)
    #expect(program.diagnostics.count == 1, "\(program.diagnostics)")
    #expect(!program.isSound)
  }

  @Test("No rows at all")
  func noRows() throws {
    let none = Dataset(columns: singles.columns, rows: [])
    #expect(
      try refusal(TrainingCall(tinyModel(), on: none)).text.contains("there are no training rows"))
  }

  @Test("A pair loss that reads the whole batch says where the numbers are")
  func pairs() throws {
    let typed: Loss = try value("dpo()")
    let whole: Loss = try value("loss(b => mean(-b.logp))")
    let call = TrainingCall(try tinyModel(), on: answerPairs)
    let error = #expect(throws: TraceError.self) {
      _ = try TrainingRun(
        call.model, Loss(row: typed.row, function: whole.function),
        TrainingSettings(
          budget: Budget(Quantity(1, .steps)), schedule: Schedule(.constant, peak: 1e-3)),
        call.context
      ).run(on: call.rows, watching: nil)
    }
    #expect(error?.advice.contains("b.chosen.logp") == true, "\(error as Any)")
  }

  @Test("Rows read are rows trained and rows listed; cut ones are counted")
  func ledger() throws {
    let long = String(repeating: "x", count: 60)
    var call = TrainingCall(
      try tinyModel(), on: rows([("a", "b"), (long, "y"), ("q", long), ("p", long), ("c", "d")]),
      steps: 1)
    let events = Collected<RunEvent>()
    call.context.report = { events.add($0) }
    _ = try call.run()
    let ledger = try #require(events.all.ledgers.first)
    #expect(ledger.read == 5 && ledger.kept == 4)
    #expect(
      ledger.entries == [
        .init(reason: "cut to 48 tokens", count: 2),
        .init(reason: "dropped: the prompt alone fills the length", count: 1),
      ])
    let dropped = ledger.entries.filter { $0.reason.hasPrefix("dropped") }.map(\.count)
    #expect(ledger.read == ledger.kept + dropped.reduce(0, +))
  }

  @Test("A fresh adapter is its own reference: DPO starts at ln 2")
  func reference() throws {
    let call = TrainingCall(
      try tinyModel(" |> attach(lora(rank: 2))"), on: answerPairs, with: "dpo()", steps: 4,
      [("batch", .int(12))])
    let history = try call.run().history
    #expect(abs(history[0] - log(2)) < 1e-6)
    #expect(history[3] < log(2) - 1e-3)
  }
}

extension [RunEvent] {
  var ledgers: [Ledger] {
    compactMap { event in
      guard case .ledger(let ledger) = event else { return nil }
      return ledger
    }
  }

  var messages: [String] {
    compactMap { event in
      guard case .message(let text) = event else { return nil }
      return text
    }
  }

  var progress: [Vocabulary.Progress] {
    compactMap { event in
      guard case .progress(let progress) = event else { return nil }
      return progress
    }
  }
}
