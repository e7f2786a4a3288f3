import Foundation
import Models
import Testing
import Training
import Vocabulary

/// What must not change a result.
@Suite("Training is one function of its inputs")
struct InvarianceTests {
  @Test("Threads change no bit", arguments: ["", adapter])
  func threads(_ wearing: String) throws {
    let models = try [1, 2, 5].map { threads in
      var call = TrainingCall(try tinyModel(wearing))
      call.context.threads = threads
      return try call.run()
    }
    #expect(models[0].bits == models[1].bits)
    #expect(models[0].bits == models[2].bits)
    #expect(models[0].distance(to: try tinyModel(wearing)) > 1e-3)
  }

  @Test("The cut of a step changes rounding only", arguments: ["", adapter], ["sft()", "dpo()"])
  func cuts(_ wearing: String, _ loss: String) throws {
    let rows = loss == "sft()" ? singles : answerPairs
    let models = try [4096, 1, 60].map { tokens in
      let call = TrainingCall(
        try tinyModel(wearing), on: rows, with: loss,
        [("at_once", .quantity(Quantity(Double(tokens), .tokens))), ("lr", .float(1e-3))])
      return try call.run()
    }
    for other in models.dropFirst() {
      for (a, b) in zip(models[0].history, other.history) { #expect(abs(a - b) < 1e-5) }
      #expect(models[0].distance(to: other) < 1e-4)
    }
    #expect(models[0].history.count == 5)
  }
}
