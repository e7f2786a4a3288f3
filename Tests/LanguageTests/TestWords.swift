import Foundation
import Vocabulary

// The primitives of the test vocabulary.

extension TestVocabulary {
  static let dataWords: [Primitive] = [
    Primitive(
      "rows", "Rows written out.", in: .data, cost: .light,
      typing: .derived { site in
        guard case .list(let row) = site.type("rows") else { return .data(.unknown) }
        return .data(row)
      },
      Parameter<[Record]>.subject("rows", "The rows.")
    ) { _, rows in
      TestRows(rows, Value.commonType(rows.map { Value.record($0).type }))
    },
    Primitive(
      "open", "Rows of a file, one number a line.", in: .data, cost: .light, effects: .reads,
      typing: .derived { site in
        guard case .text(let path)? = site.value("path") else { return .data(.unknown) }
        let url = URL.inRecipe(path, directory: site.directory)
        guard let text = try? String(contentsOf: url, encoding: .utf8) else {
          throw Complaints(
            Complaint(.missingFile(path: path), at: "path", "there is no file `\(path)`"))
        }
        let header = text.split(separator: "\n").first.map(String.init) ?? "line"
        return .data(.record([RecordField(header, .int)]))
      },
      Parameter<RecipePath>.subject("path", "The file.")
    ) { context, path in
      let text = try String(contentsOf: context.resolve(path.text), encoding: .utf8)
      let lines = text.split(separator: "\n").map(String.init)
      let rows = lines.dropFirst().map { Record([(lines[0], .int(Int($0) ?? 0))]) }
      return TestRows(Array(rows), .record([RecordField(lines[0], .int)]))
    },
    Primitive(
      "filter", "Keeps rows.", in: .data, cost: .light,
      typing: .derived { $0.type("data") },
      Parameter<TestRows>.subject("data", "The rows."),
      Parameter<RowExpression<Bool>>.subject("keep", "Which rows to keep.")
    ) { _, data, keep in
      TestRows(try data.rows.filter { try keep($0) }, data.row)
    },
    Primitive(
      "select", "Makes new columns.", in: .data, cost: .light,
      typing: .derived { site in
        .data(.record(site.rest.map { RecordField($0.label, $0.argument.type.rowResult) }))
      },
      Parameter<TestRows>.subject("data", "The rows."),
      Parameter<Labelled<RowExpression<Value>>>("columns", "The new columns.")
    ) { _, data, columns in
      let rows = try data.rows.map { row in
        Record(try columns.entries.map { ($0.label, try $0.value(row)) })
      }
      return TestRows(rows, .record([]))
    },
    Primitive(
      "split", "Parts rows.", in: .data, cost: .light,
      typing: .derived { site in
        .record([RecordField("train", site.type("data")), RecordField("test", site.type("data"))])
      },
      Parameter<TestRows>.subject("data", "The rows."),
      Parameter<Ratio>("test", "The share for the test part.", default: Ratio(0.5), .share(0...1)),
      Parameter<ColumnName?>("by", "Rows equal here stay together.", default: .some(nil))
    ) { _, data, share, _ in
      let cut = Int((Double(data.rows.count) * (1 - share.share)).rounded())
      return Record([
        ("train", .opaque(TestRows(Array(data.rows[..<cut]), data.row))),
        ("test", .opaque(TestRows(Array(data.rows[cut...]), data.row))),
      ])
    },
    Primitive(
      "count", "The number of rows.", in: .data, cost: .light,
      Parameter<TestRows>.subject("data", "The rows.")
    ) { _, data in data.rows.count },
    Primitive(
      "column", "All values of a column.", in: .data, cost: .light, typing: .fixed(.list(.any)),
      Parameter<TestRows>.subject("data", "The rows."),
      Parameter<RowExpression<Value>>.subject("of", "What to take.")
    ) { _, data, of in try data.rows.map { try of($0) } },
  ]

  static let numberWords: [Primitive] = [
    Primitive(
      "length", "Characters of a text.", in: .text,
      Parameter<String>.subject("text", "The text.")
    ) { _, text in text.count },
    Primitive(
      "length", "Elements of a list.", in: .text,
      Parameter<[Value]>.subject("list", "The list.")
    ) { _, list in list.count },
    Primitive(
      "double", "Twice as much.", in: .text,
      Parameter<Double>.subject("x", "The number.")
    ) { _, x in 2 * x },
    Primitive(
      "each", "A function of each element.", in: .text, typing: .fixed(.list(.any)),
      Parameter<[Value]>.subject("list", "The list."),
      Parameter<Lambda<Value>>("do", "What to do.")
    ) { _, list, work in try list.map { try work($0) } },
    Primitive(
      "loss", "A loss from a formula.", in: .losses,
      typing: .derived { $0.expected ?? .opaque("Loss", []) },
      Parameter<Lambda<Value>>.subject("step", "The formula for a batch.")
    ) { _, step in TestLoss(function: step.function) },
    Primitive(
      "trace", "The formula of a loss.", in: .losses,
      Parameter<TestLoss>.subject("loss", "The loss.")
    ) { _, loss in
      let value = try loss.function(.opaque(TestTensor(number: 2, text: "b")))
      guard case .opaque(let tensor as TestTensor) = value else { return "?" }
      return tensor.text
    },
  ]

  static func modelWords(_ journal: Journal, pausing: Bool) -> [Primitive] {
    [
      Primitive(
        "model", "Opens a model.", in: .models, cost: .light,
        Parameter<String>.subject("name", "Which one.")
      ) { _, name in TestModel(steps: name) },
      Primitive(
        "lora", "An adapter.", in: .adapters,
        Parameter<Int>("rank", "How wide.", default: 16, .within(1...256)),
        Parameter<Target>("targets", "Which parts.", default: .attention)
      ) { _, rank, target in Record([("rank", .int(rank)), ("targets", target.recipeValue)]) },
      train(journal, pausing: pausing),
      Primitive(
        "evaluate", "Judges a model.", in: .evaluation, cost: .heavy,
        typing: .fixed(.record([RecordField("ppl", .float), RecordField("rows", .int)])),
        Parameter<TestModel>.subject("model", "The model."),
        Parameter<TestRows>("on", "The rows.")
      ) { _, model, data in
        journal.write("evaluate \(model.steps)")
        return Record([("ppl", .float(14.31)), ("rows", .int(data.rows.count))])
      },
      Primitive(
        "fail", "Never works.", in: .models, cost: .heavy, typing: .fixed(.int),
        Parameter<Int>.subject("x", "Anything.")
      ) { _, _ -> Value in throw ValueMismatch(expected: .int, found: .text) },
    ]
  }

  private static func train(_ journal: Journal, pausing: Bool) -> Primitive {
    Primitive(
      "train", "Trains a model.", in: .training, cost: .heavy,
      typing: .derived(typeOfTraining),
      Parameter<TestModel>.subject("model", "The model to start from."),
      Parameter<TestRows>("on", "Rows to train on."),
      Parameter<TestLoss>("with", "The loss."),
      Parameter<Budget>("budget", "How long.", default: Budget(Quantity(1, .epochs))),
      Parameter<Double>("lr", "Learning rate.", default: 2e-5, .above(0)),
      Parameter<Portion>(
        "warmup", "Share or steps of warm-up.", default: Portion(Quantity(3, .percent))),
      Parameter<Int>("split", "Micro-batches.", default: 1, role: .execution)
    ) { context, model, data, loss, budget, rate, _, _ in
      if pausing { throw Paused(place: "at step 3 of 9") }
      journal.write("train \(model.steps)")
      return TestModel(steps: "\(model.steps)+\(data.rows.count)")
    }
  }

  @Sendable private static func typeOfTraining(_ site: CallSite) throws -> RecipeType {
    guard case .opaque(_, let row) = site.type("with"), let wanted = row.first?.fields,
      let found = site.row("on").fields?.map(\.label)
    else { return .opaque("Model", []) }
    let missing = wanted.map(\.label).filter { !found.contains($0) }
    guard missing.isEmpty else {
      throw Complaints(
        Complaint(
          .missingColumns(missing, found: found), at: "with",
          "this dataset lacks columns that the loss reads",
          label: "reads: \(wanted.map(\.label).joined(separator: ", "))"))
    }
    return .opaque("Model", [])
  }

  static func effects(_ journal: Journal) -> [Primitive] {
    [
      Primitive(
        "show", "Shows a value.", in: .results, cost: .effect, typing: .fixed(.none),
        Parameter<Value>.subject("value", "What to show.")
      ) { _, value in
        journal.write(value.shown)
        return Value.none
      },
      Primitive(
        "save", "Writes a value.", in: .results, cost: .effect, effects: .writes,
        typing: .fixed(.none),
        Parameter<Value>.subject("value", "What to write."),
        Parameter<RecipePath>("to", "The file.")
      ) { _, value, path in
        journal.write("saved \(value.shown) to \(path.text)")
        return Value.none
      },
    ]
  }
}

extension Value {
  var shown: String {
    switch self {
    case .text(let text): text
    case .opaque(let model as TestModel): "model \(model.steps)"
    case .opaque(let data as TestRows):
      data.rows.map { Value.record($0).source }.joined(separator: " ")
    default: source
    }
  }
}

extension RecipeType {
  /// The type that a row expression gives for one row.
  var rowResult: RecipeType {
    if case .row(let inner) = self { inner } else { self }
  }
}
