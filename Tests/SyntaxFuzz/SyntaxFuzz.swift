// Mutates recipes and looks whether anything breaks.
//
//   swift run -c release SyntaxFuzz --series 7 --from 0 --count 1000000
//   swift run -c release SyntaxFuzz --export 200000 > inputs.jsonl
//
// The first form ends with 1 at the first input that breaks something, and prints it. If the program
// itself dies, run it again from the last mark with --count 100000 --each: the last index printed
// is the culprit. The second form writes inputs with the parser's verdict, for the oracle.

import Foundation
import Synchronization
import SyntaxFuzzing

@main struct SyntaxFuzz {
  private var series: UInt64 = 1
  private var from = 0
  private var count = 100_000
  private var export: Int?
  private var printsEach = false

  /// The input that is being looked at, for the watch over hangs.
  static let current = Atomic<Int>(0)
  /// No input may take more seconds of the processor; what else it is busy with does not count.
  static let longest = 1.0

  static func main() throws {
    guard let fuzz = SyntaxFuzz(CommandLine.arguments.dropFirst()) else {
      print("usage: SyntaxFuzz [--series N] [--from N] [--count N] [--each] [--export N]")
      exit(2)
    }
    let mutator = Mutator(try FuzzCorpus.repository(), series: fuzz.series)
    if let export = fuzz.export {
      try Verdicts.write(export, of: mutator)
    } else {
      fuzz.run(mutator)
    }
  }

  private init?(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let word = rest.popFirst() {
      if word == "--each" {
        printsEach = true
        continue
      }
      guard let number = rest.popFirst().flatMap({ Int($0) }), number >= 0 else { return nil }
      switch word {
      case "--series": series = UInt64(number)
      case "--from": from = number
      case "--count": count = number
      case "--export": export = number
      default: return nil
      }
    }
  }

  private func run(_ mutator: Mutator) {
    watch()
    let clock = ContinuousClock()
    let start = clock.now
    var accepted = 0
    var slowest = 0.0
    for index in from..<from + count {
      Self.current.store(index, ordering: .relaxed)
      if printsEach { print(index) }
      if (index - from) % 100_000 == 0 { say("at \(index), \(start.duration(to: clock.now))") }
      let bytes = mutator.input(index)
      let begun = Self.processorTime
      let outcome = SyntaxInvariants.check(bytes, index: index)
      let took = Self.processorTime - begun
      slowest = max(slowest, took)
      if outcome.isAccepted { accepted += 1 }
      if let violation = outcome.violation { fail(index, bytes, violation) }
      if took > Self.longest { fail(index, bytes, "took \(took) s") }
    }
    print(
      "series \(series): \(count) inputs in \(start.duration(to: clock.now)), \(accepted) parse;",
      "the slowest took \(slowest) s")
  }

  /// Seconds, in the millionths that POSIX fixes for `clock`.
  private static var processorTime: Double { Double(Foundation.clock()) / 1_000_000 }

  /// Ends the program if one input takes for ever.
  private func watch() {
    Thread.detachNewThread {
      var last = -1
      while true {
        Thread.sleep(forTimeInterval: 20)
        let now = Self.current.load(ordering: .relaxed)
        if now == last {
          print("input \(now) hangs")
          exit(1)
        }
        last = now
      }
    }
  }

  private func fail(_ index: Int, _ bytes: [UInt8], _ violation: String) {
    print("series \(series), input \(index):\n\(String(decoding: bytes, as: UTF8.self))")
    print("--- \(violation)")
    exit(1)
  }

  private func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
