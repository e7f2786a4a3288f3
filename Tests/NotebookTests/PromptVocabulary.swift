import Datasets
import Foundation
import Language
import Vocabulary

/// Words to talk about at a prompt: rows, and a stage that takes time.
enum PromptVocabulary {
  static let lexicon = Lexicon(
    Library(
      primitives: [
        .rows, .filter, .take, .select, .count, .length, practice, recite, broken, show,
      ],
      sources: [
        .init(
          name: "test.recipe",
          text: "/// Twice as much.\ndef twice(_ x: Int) -> Int =\n  2 * x\n")
      ]))

  /// A hundred milliseconds a step, unless told otherwise; pauses as training does.
  private static let practice = Primitive(
    "practice", "Works for some steps.", in: .training, cost: .heavy,
    Parameter<Int>.subject("steps", "How many."),
    Parameter<Int>("pause", "Milliseconds of a step.", default: 0)
  ) { context, steps, pause in
    let place = context.scratch.appending(path: "step-\(context.key)")
    let kept = try? String(contentsOf: place, encoding: .utf8)
    for step in (kept.flatMap { Int($0) } ?? 0)..<steps {
      if context.isPausing() {
        try Data("\(step)".utf8).write(to: place)
        throw Paused(place: "at step \(step) of \(steps)")
      }
      usleep(UInt32(pause) * 1000)
      context.report(
        .progress(
          Progress(label: context.label, done: step + 1, total: steps, loss: 1 / Double(step + 1))))
    }
    return steps
  }

  private static let recite = Primitive(
    "recite", "Says a text word by word, as a model does.", in: .generation, cost: .heavy,
    Parameter<String>.subject("text", "What to say.")
  ) { context, text in
    for word in text.split(separator: " ") { context.report(.piece("\(word) ")) }
    return text + " "
  }

  private static let broken = Primitive(
    "broken", "Never works.", in: .training, cost: .heavy, typing: .fixed(.int),
    Parameter<Int>.subject("x", "Anything.")
  ) { _, _ -> Value in throw PromptFault() }

  private static let show = Primitive(
    "show", "Shows a value.", in: .results, cost: .effect, typing: .fixed(.none),
    Parameter<Value>.subject("value", "What to show.")
  ) { context, value in
    context.report(.display(value.display))
    return Value.none
  }
}

struct PromptFault: Error, CustomStringConvertible {
  var description: String { "the disk is full" }
}
