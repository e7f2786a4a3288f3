import Datasets
import Foundation
import Models
import Vocabulary

/// Answers the calls of many rows: what is known from earlier runs is not asked again, the rest goes
/// to the teachers, and all of it is accounted for.
struct Asking {
  let context: RunContext

  init(_ context: RunContext) { self.context = context }

  func outcomes(of calls: [BatchedCall]) throws -> [CallOutcome] {
    var all = [CallOutcome?](repeating: nil, count: calls.count)
    // A model is known by the stage that made it: what it tells of itself may not tell it from others.
    let groups = Dictionary(grouping: calls.indices) { calls[$0].known["teacher"]?.canonical ?? "" }
    for (teacher, places) in groups.sorted(by: { $0.key < $1.key }) {
      let made = try outcomes(of: places.map { calls[$0] }, from: teacher)
      for (place, outcome) in zip(places, made) { all[place] = outcome }
    }
    return all.compactMap { $0 }
  }

  private func outcomes(of calls: [BatchedCall], from name: String) throws -> [CallOutcome] {
    let questions = try calls.map { try Question($0.arguments) }
    let wishes = zip(calls, questions).map { call, question in
      (0..<question.samples).map { Wish(call, question, sample: $0) }
    }
    let file = try AnswerFile(folder: context.calls, teacher: Self.fileName(name))
    var account = Account()
    var replies: [String: Reply] = [:]
    var open: [Wish] = []
    var seen: Set<String> = []
    for wish in wishes.joined() where seen.insert(wish.id).inserted {
      if let answer = file[wish.id], answer.value(wish.question.shape) != nil {
        replies[wish.id] = .answer(answer)
        account.earlier += 1
      } else {
        open.append(wish)
      }
    }
    // Told also where a teacher gives up: what is answered stays answered.
    defer { account.report(Array(replies.values), wished: seen.count, context) }
    if !open.isEmpty {
      try teacher(calls[0], &account).answer(open, kept: file) { wish, reply in
        if case .answer(let answer) = reply { try file.keep(answer, as: wish.id) }
        replies[wish.id] = reply
        tell(replies.count, of: seen.count)
      }
    }
    return zip(questions, wishes).map { Self.outcome($0, $1.map { replies[$0.id] }) }
  }

  private func teacher(_ call: BatchedCall, _ account: inout Account) throws -> any Teacher {
    switch try call.teacher {
    case .first(let model): return LocalTeacher(model: model, context: context)
    case .second(let endpoint):
      account.name = "ask(\(endpoint.model))"
      return EndpointTeacher(endpoint: endpoint, context: context, trouble: account.trouble)
    }
  }

  private static func outcome(_ question: Question, _ replies: [Reply?]) -> CallOutcome {
    var values: [Value] = []
    for reply in replies {
      switch reply {
      case .answer(let answer):
        if let value = answer.value(question.shape) {
          values.append(value)
        } else if question.mayLack {
          values.append(.none)
        } else {
          return .refused("the answer is not of the type asked for")
        }
      case .refusal(let reason):
        guard question.mayLack else { return .refused(reason) }
        values.append(.none)
      case nil: return .refused("not answered")
      }
    }
    return .value(question.samples == 1 ? values[0] : .list(values))
  }

  private func tell(_ done: Int, of total: Int) {
    context.report(
      .progress(Progress(label: context.label, done: done, total: total, unit: "answers")))
  }

  private static func fileName(_ teacher: String) -> String {
    let parts = (0..<2).map { seed in
      var hash = StableHash(seed: seed)
      hash.add(teacher)
      return String(hash.value, radix: 16)
    }
    return "answers-" + parts.joined()
  }
}

/// What is told of a batch: how many answers there are, and what was wrong with them.
private struct Account {
  var name = "ask"
  /// How many answers were there before.
  var earlier = 0
  let trouble = Trouble()

  func report(_ replies: [Reply], wished: Int, _ context: RunContext) {
    var reasons: [String: Int] = trouble.counts
    var answered = 0
    for reply in replies {
      switch reply {
      case .answer(let answer):
        answered += 1
        let isEmpty = answer.text.allSatisfy(\.isWhitespace)
        for note in answer.notes + (isEmpty ? ["empty answer"] : []) {
          reasons[note, default: 0] += 1
        }
      case .refusal(let reason): reasons["refused: \(reason)", default: 0] += 1
      }
    }
    if earlier > 0 { reasons["answered before"] = earlier }
    if wished > replies.count { reasons["not answered yet"] = wished - replies.count }
    context.report(
      .ledger(
        Ledger(
          step: name, read: wished, kept: answered,
          entries: reasons.sorted { $0.key < $1.key }
            .map { Ledger.Entry(reason: $0.key, count: $0.value) })))
  }
}

/// What went wrong on the way and was tried again, counted.
final class Trouble {
  private(set) var counts: [String: Int] = [:]
  func count(_ what: String) { counts[what, default: 0] += 1 }
}
