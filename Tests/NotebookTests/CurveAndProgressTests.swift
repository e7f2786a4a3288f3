import Notebook
import Testing

@Suite("Curves and progress")
struct CurveAndProgressTests {
  @Test("A falling line goes from the upper left to the lower right")
  func falling() {
    #expect(
      BrailleCurve(width: 8, height: 2).lines([3, 2, 1, 0], first: "0", last: "9") == [
        "3.00 ┤⠱⡀", "   0 ┤⠀⢣", "      09",
      ])
  }

  @Test("Points stand where their positions are, those that are not finite nowhere")
  func scattered() {
    #expect(
      BrailleCurve(width: 18, height: 1).lines([0, 1, .nan], at: [-1, 1, 0])
        == ["1.00 ┤⡀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠈", "      -1.00   1.00"])
  }

  @Test("A constant lies in the middle, and what is not finite leaves a gap")
  func gaps() {
    #expect(BrailleCurve.sparkline([1, 1, 1, 1], width: 2) == "⠤⠤")
    #expect(BrailleCurve.sparkline([0, .nan, .infinity, 1], width: 2) == "⡀⠈")
    #expect(BrailleCurve.sparkline([], width: 5) == "")
    #expect(BrailleCurve(width: 10, height: 2).lines([.nan]) == ["no values"])
  }

  @Test("A sparkline is no longer than its width, nor than its values need")
  func sparkline() {
    #expect(BrailleCurve.sparkline((0..<100).map(Double.init), width: 8).count == 8)
    #expect(BrailleCurve.sparkline([1, 2, 3], width: 8).count == 2)
  }

  private let state = ProgressState(
    name: "tuned", done: 412, total: 2540, losses: [3, 2.5, 2.1, 1.83], tokensPerSecond: 41_234)

  @Test("The progress line says how far, how good, how fast and how long")
  func line() {
    #expect(
      ProgressLine(width: 100).text(state, elapsed: 107)
        == "tuned  ██▎             412/2,540  16 %  loss 1.83  ⠑⢄  41.2 k tok/s  9:13 left")
    #expect(
      ProgressLine(width: 100, art: .ascii).text(state, elapsed: 107)
        == "tuned  [##............]  412/2,540  16 %  loss 1.83  41.2 k tok/s  9:13 left")
  }

  @Test("What a loss tells stands beside it, as far as there is room")
  func figures() {
    var told = state
    told.figures = [("margin", 0.25), ("accuracy", 0.75), ("chosen_reward", 0.5)]
    let wide = ProgressLine(width: 140).text(told, elapsed: 107)
    #expect(
      wide.contains("loss 1.83  ⠑⢄  margin 0.250  accuracy 0.750  chosen reward 0.500"), "\(wide)")
    let narrow = ProgressLine(width: 118).text(told, elapsed: 107)
    #expect(narrow.contains("accuracy 0.750") && !narrow.contains("chosen reward"), "\(narrow)")
  }

  @Test("In a narrow window the less important parts go first")
  func narrow() {
    let texts = [70, 50, 24, 8, 3].map { ProgressLine(width: $0).text(state, elapsed: 107) }
    #expect(texts[0] == "tuned  ██▎             412/2,540  16 %  loss 1.83  9:13 left")
    #expect(texts[1] == "tuned  412/2,540  16 %  loss 1.83  9:13 left")
    #expect(texts[2] == "tuned  412/2,540  16 %")
    #expect(texts[3...] == ["tuned", "tu…"])
  }

  @Test("Steps done before a pause do not make the rest look faster")
  func resumed() {
    let resumed = ProgressState(name: "a", done: 60, total: 100, doneBefore: 50)
    #expect(ProgressLine(width: 80).text(resumed, elapsed: 10).hasSuffix("0:40 left"))
    let open = ProgressState(name: "rows", done: 1200, total: nil)
    #expect(ProgressLine(width: 80).text(open, elapsed: 10) == "rows  1,200  0:10")
  }

  @Test("A terminal's line is redrawn in place at most ten times a second")
  func terminal() {
    var report = ProgressReport(ProgressLine(width: 40), on: .terminal)
    var state = ProgressState(name: "a", done: 0, total: 1000)
    var written: [String] = []
    for step in 0..<100 {
      state.done = step
      if let text = report.update(state, at: Double(step) / 100) { written.append(text) }
    }
    #expect(written.count == 10)
    #expect(written.allSatisfy { $0.hasPrefix("\r") && $0.hasSuffix("\u{1B}[K") })
    #expect(report.finish(state, at: 1).hasSuffix("\u{1B}[K\r\n"))
  }

  @Test("A log gets a line for each tenth and each half minute")
  func log() {
    var report = ProgressReport(ProgressLine(width: 80, art: .ascii), on: .log)
    var state = ProgressState(name: "a", done: 0, total: 100)
    var written: [String] = []
    for step in 0...40 {
      state.done = step
      if let text = report.update(state, at: Double(step)) { written.append(text) }
    }
    // 0, the tenths at 10, 20, 30 and 40; never half a minute without a line.
    #expect(written.count == 5)
    state.done = 41
    #expect(report.update(state, at: 69) == nil)
    #expect(report.update(state, at: 70)?.hasSuffix("\n") == true)
  }
}
