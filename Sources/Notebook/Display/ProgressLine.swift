// How far a stage has come.

/// What is known of a running stage at an instant.
public struct ProgressState: Sendable {
  public var name: String
  public var done: Int
  /// nil when nobody knows how much there is.
  public var total: Int?
  /// Of this run only: steps done before a pause took no time of it.
  public var doneBefore: Int
  public var losses: [Double]
  public var tokensPerSecond: Double?
  /// As the stage itself reckons it; otherwise the pace so far is taken to go on.
  public var secondsLeft: Double?
  public var unit = "steps"
  /// What belongs beside the loss, the most telling first.
  public var figures: [(name: String, value: Double)] = []
  public var metrics: [(name: String, value: Double)] = []

  public init(
    name: String, done: Int, total: Int?, doneBefore: Int = 0, losses: [Double] = [],
    tokensPerSecond: Double? = nil
  ) {
    self.name = name
    self.done = done
    self.total = total
    self.doneBefore = doneBefore
    self.losses = losses
    self.tokensPerSecond = tokensPerSecond
  }
}

extension String {
  /// A label as words.
  fileprivate var readable: String { String(map { $0 == "_" ? " " : $0 }) }
}

/// The text of a progress line.
///
/// Pure: the time is given.
public struct ProgressLine {
  public var width: Int
  public var art: LineArt
  public var styling: Styling
  /// Further figures, such as the learning rate: for logs, where lines stay.
  public var showsMetrics: Bool

  private static let barWidth = 14

  public init(
    width: Int, art: LineArt = .box, styling: Styling = .plain, showsMetrics: Bool = false
  ) {
    self.width = width
    self.art = art
    self.styling = styling
    self.showsMetrics = showsMetrics
  }

  /// The parts that fit, the least important ones left out first.
  ///
  /// `elapsed` in seconds.
  public func text(_ state: ProgressState, elapsed: Double) -> String {
    let parts = parts(of: state, elapsed: elapsed)
    for importance in 0...6 {
      let kept = parts.filter { $0.importance >= importance }.map(\.text)
      let line = kept.joined(separator: "  ")
      if DisplayWidth.of(line) <= width { return line }
    }
    return state.name.truncated(to: width)
  }

  private func parts(of state: ProgressState, elapsed: Double) -> [(importance: Int, text: String)]
  {
    var parts = [(6, Style.bold.applied(to: state.name, styling))]
    if let total = state.total {
      let share = total > 0 ? Double(state.done) / Double(total) : 0
      parts.append((3, Style.green.applied(to: bar(share), styling)))
      parts.append((5, "\(ReadableNumber.count(state.done))/\(ReadableNumber.count(total))"))
      parts.append((5, ReadableNumber.percent(state.done, of: total)))
    } else {
      parts.append((5, ReadableNumber.count(state.done)))
    }
    if let loss = state.losses.last {
      parts.append((4, "loss \(ReadableNumber.measure(loss))"))
      if art == .box, state.losses.count > 1 {
        parts.append((1, BrailleCurve.sparkline(state.losses.suffix(64).map { $0 }, width: 8)))
      }
    }
    for (place, figure) in state.figures.enumerated() {
      let text = "\(figure.name.readable) \(ReadableNumber.measure(figure.value))"
      parts.append((place < 2 ? 2 : 0, text))
    }
    if let speed = state.tokensPerSecond {
      parts.append((2, "\(ReadableNumber.short(speed)) tok/s"))
    }
    parts.append((4, time(state, elapsed)))
    if showsMetrics {
      parts += state.metrics.map { (0, "\($0.name) \(ReadableNumber.measure($0.value))") }
    }
    return parts
  }

  private func time(_ state: ProgressState, _ elapsed: Double) -> String {
    if let left = state.secondsLeft, state.done < state.total ?? .max {
      return "\(ReadableNumber.duration(seconds: left)) left"
    }
    let here = state.done - state.doneBefore
    guard let total = state.total, here > 0, state.done < total else {
      return ReadableNumber.duration(seconds: elapsed)
    }
    let left = elapsed / Double(here) * Double(total - state.done)
    return "\(ReadableNumber.duration(seconds: left)) left"
  }

  private func bar(_ share: Double) -> String {
    let eighths = Int(min(1, max(0, share)) * Double(Self.barWidth * 8))
    switch art {
    case .ascii:
      let full = String(repeating: "#", count: eighths / 8)
      return "[" + full.padding(to: Self.barWidth, with: ".") + "]"
    case .box:
      let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
      let full = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
      return full.padding(to: Self.barWidth, with: " ")
    }
  }
}

extension String {
  fileprivate func padding(to width: Int, with filler: Character) -> String {
    self + String(repeating: filler, count: max(0, width - count))
  }
}

/// Decides when progress is written, and as what: a line redrawn in place on a terminal, at most
/// ten times a second; elsewhere a line for each tenth and each half minute.
///
/// Pure: the time is given.
public struct ProgressReport {
  public enum Medium: Sendable { case terminal, log }

  private let line: ProgressLine
  private let medium: Medium
  private let margin: Int
  private var start: Double?
  private var lastTime = -Double.infinity
  private var lastTenth = 0

  public init(_ line: ProgressLine, on medium: Medium, margin: Int = 0) {
    self.line = line
    self.medium = medium
    self.margin = margin
  }

  var isMoving: Bool { medium == .terminal }

  /// What to write at `time` (seconds on any clock), if anything.
  public mutating func update(_ state: ProgressState, at time: Double) -> String? {
    let begin = start ?? time
    let isDue = isDue(state, at: time)
    start = begin
    guard isDue else { return nil }
    lastTime = time
    let text = String(repeating: " ", count: margin) + line.text(state, elapsed: time - begin)
    switch medium {
    case .terminal: return "\r" + text + "\u{1B}[K"
    case .log: return text + "\n"
    }
  }

  /// The last state, and the end of its line.
  public mutating func finish(_ state: ProgressState, at time: Double) -> String {
    let blanks = String(repeating: " ", count: margin)
    let text = blanks + line.text(state, elapsed: time - (start ?? time))
    switch medium {
    case .terminal: return "\r" + text + "\u{1B}[K\r\n"
    case .log: return text + "\n"
    }
  }

  private mutating func isDue(_ state: ProgressState, at time: Double) -> Bool {
    switch medium {
    case .terminal: return time - lastTime >= 0.1
    case .log:
      let tenth = state.total.map { $0 > 0 ? 10 * state.done / $0 : 0 } ?? 0
      defer { lastTenth = tenth }
      return tenth > lastTenth || time - lastTime >= 30
    }
  }
}
