import Foundation
import Models
import Tensors
import Tokenizers

/// What is measured beside training.
struct ModelBench {
  let model: LanguageModel
  let threads: Int
  let runs: Int

  /// Log-probabilities of all tokens of 4 sequences of 256.
  func forward() throws -> BenchRow {
    ProcessUse.startOver()
    let batch = Batch(
      BenchExamples.make(count: 4, length: 256, vocabulary: model.dimensions.vocabulary))
    let graph = Graph()
    let body = BatchGraph(graph, model.architecture, outfit: .init(), roles: 1)
    let plan = try Plan(
      graph, outputs: [body.logProbabilities], bounds: BatchBounds(of: [batch]).axes)
    let execution = try Execution(
      plan, weights: model.graphWeights, pool: WorkerPool(count: threads))
    var sgemm = SgemmRate(threads: threads)
    let flops = 1024 * ModelFlops(model, length: 256).forward
    var shares: [Double] = []
    var seconds: [Double] = []
    try execution.run(inputs: batch.inputs, lengths: batch.lengths)
    let peak = ProcessUse.peakBytes
    for _ in 0..<runs {
      let ceiling = sgemm.measure()
      seconds.append(
        try Timing.time { try execution.run(inputs: batch.inputs, lengths: batch.lengths) })
      shares.append(flops / (seconds.last ?? .nan) / ceiling)
    }
    var row = BenchRow("forward 4x256", .tokens, 1024, Timing(seconds))
    row.shareOfSgemm = Timing.median(shares)
    row.peakBytes = peak
    row.plannedBytes = plan.peakBytes(workers: threads)
    return row
  }

  /// Greedy continuation of prompts of 64 tokens by 128; the rate counts the tokens after the first.
  func generate(rows: Int) throws -> BenchRow {
    ProcessUse.startOver()
    let prompts = BenchExamples.make(
      count: rows, length: 64, vocabulary: model.dimensions.vocabulary)
    let generator = try Generator(model, threads: threads, slots: rows * 192, together: rows)
    func seconds(_ new: Int) throws -> Double {
      let requests = prompts.map {
        Generator.Request(prompt: $0.completions[0].tokens, maximum: new)
      }
      return try Timing.time { _ = try generator.run(requests) }
    }
    // All the way, so that the peak has seen every key and value.
    _ = try seconds(128)
    let peak = ProcessUse.peakBytes
    var sgemm = SgemmRate(threads: threads)
    let read = ReadRate(threads: threads)
    var times: [Double] = []
    var products: [Double] = [], reads: [Double] = []
    for _ in 0..<runs {
      let (multiplying, reading) = (sgemm.measure(), read.measure())
      let prefill = try seconds(1)
      let time = try seconds(128) - prefill
      times.append(time)
      products.append(
        127 * Double(rows) * ModelFlops(model, length: 128).forward / time / multiplying)
      reads.append(127 * bytesPerStep(rows: rows) / time / reading)
    }
    var row = BenchRow("generate \(rows)x(64+128)", .tokens, Double(rows * 127), Timing(times))
    row.shareOfSgemm = Timing.median(products)
    row.shareOfBandwidth = Timing.median(reads)
    row.note = "reads \(BenchReport.figure(100 * Timing.median(reads), 1)) % of what memory gives"
    row.peakBytes = peak
    return row
  }

  /// All weights, and the keys and values of 128 tokens a row.
  private func bytesPerStep(rows: Int) -> Double {
    let weights = model.graphWeights.values.reduce(0) { $0 + $1.bytes.count }
    return Double(weights + rows * 128 * model.cacheBytesPerToken)
  }

  /// English text, one document of 4,000 bytes after the other, on one thread.
  func tokenize() -> BenchRow {
    let documents = Self.documents
    let bytes = documents.reduce(0) { $0 + $1.utf8.count }
    var ids = 0
    let timing = Timing(runs: runs) {
      ids = documents.reduce(0) { $0 + model.tokenizer.encode($1).count }
    }
    var row = BenchRow("tokenize", .bytes, Double(bytes), timing)
    row.note = "\(ids) ids of \(bytes) bytes"
    return row
  }

  /// Sentences of words from a list, drawn at random: text without a file.
  private static var documents: [String] {
    let words = words.split(separator: " ")
    let random = Random(seed: 3, purpose: .noise)
    return (0..<250).map { document in
      var text = ""
      var draw = UInt64(document * 4000)
      while text.utf8.count < 4000 {
        let word = words[random.integer(below: words.count, draw)]
        text += draw % 13 == 12 ? "\(word).\n" : "\(word) "
        draw += 1
      }
      return text
    }
  }

  private static let words = """
    the of and to in is that for it as was with be by on not he his but at are this have from or \
    had an they which one you were all her she there would their we him been has when who will no \
    more if out so up said what its about than into them can only other time new some could these \
    two may first then do any like my now over such our man me even most made after also did many \
    off before must well back through years much where your way down should because long each just \
    state those people too mr how little good world make very year still see own work men day get \
    here old life both between being under three never know same last another while us might great \
    go come since against right came take used himself few house American use place during high \
    without again home around small however found Mrs thought went say part once general upon \
    school every tokenizer vocabulary optimizer gradient perplexity 1969 3.14 don't it's café
    """
}
