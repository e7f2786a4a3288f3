// The prompt: reads cells, has the session take them in, and shows what comes of it.

import Foundation
import Language
import Syntax
import Vocabulary

/// A user and a session, on a terminal or through a pipe.
///
/// A class for identity: commands act on the one conversation that they are typed in.
public final class Conversation {
  let session: Session
  var results: OutputChannel
  var messages: OutputChannel
  let printer: EventPrinter
  let isInteractive: Bool
  var source: CellSource
  /// The cell that the next submission replaces, and what the editor starts with.
  package var recalled: (number: Int, text: String)?
  var isOver = false
  private(set) var worst = WorstOutcome()

  /// A conversation over the standard streams.
  public convenience init(
    lexicon: Lexicon, directory: Folder, results: (any ResultStore)? = nil, threads: Int
  ) {
    self.init(
      lexicon: lexicon, context: RunContext(directory: directory, threads: threads),
      store: results, over: .standard)
  }

  package init(
    lexicon: Lexicon, context: RunContext, store: (any ResultStore)? = nil, over streams: Streams
  ) {
    (results, messages, isInteractive) = (streams.results, streams.messages, streams.isInteractive)
    let printer = EventPrinter(
      results: results, messages: messages, margin: Self.margin(isInteractive, results),
      showsFullLedgers: !isInteractive)
    self.printer = printer
    var context = context
    context.report = { printer.print($0) }
    context.isPausing = { Interrupts.isAsked }
    session = Session(lexicon: lexicon, context: context, results: store)
    source = streams.source(EditorQuestions(session))
  }

  /// What a conversation goes over.
  package struct Streams {
    package var results: OutputChannel
    package var messages: OutputChannel
    /// Whether somebody types; a pipe wants results alone.
    package var isInteractive: Bool
    package var source: (EditorQuestions) -> CellSource

    package init(
      results: OutputChannel, messages: OutputChannel, isInteractive: Bool,
      source: @escaping (EditorQuestions) -> CellSource
    ) {
      (self.results, self.messages) = (results, messages)
      (self.isInteractive, self.source) = (isInteractive, source)
    }

    /// On a terminal all that is said goes one way, so that it comes in order.
    static var standard: Streams {
      let isInteractive = isatty(STDIN_FILENO) == 1
      let isOneWay = isInteractive && OutputChannel.results.isTerminal
      return Streams(
        results: .results, messages: isOneWay ? .results : .messages,
        isInteractive: isInteractive, source: { .standard(questions: $0) })
    }
  }

  /// Reads and answers until the input ends; gives the exit code.
  public func run() -> Int32 {
    Interrupts.listen()
    if isInteractive { welcome() }
    reportHistory()
    while !isOver {
      let editing = recalled
      switch source.read(prompt, startingWith: editing?.text ?? "") {
      case .cell(let text):
        recalled = nil
        answer(text, replacing: editing?.number)
      case .interrupted:
        recalled = nil
        if !isInteractive { return 130 }
        if case .reader = source { messages.write("\n") }
      case .endOfInput: isOver = true
      }
    }
    return isInteractive ? 0 : worst.exitCode
  }

  private func welcome() {
    say(":help lists the commands · ?train explains a word · Tab completes · ^D leaves", margin: 0)
  }

  private func reportHistory() {
    guard case .editor(let editor) = source else { return }
    editor.historyFailed = { [unowned self] in say("\($0)", margin: 0) }
  }

  package var prompt: Prompt {
    let number = recalled?.number ?? session.nextNumber
    let isPlain = results.art == .ascii
    let head = "[\(number)] " + (isPlain ? "> " : "▸ ")
    let blanks = String(repeating: " ", count: head.count - 2)
    return Prompt(
      Style.dim.applied(to: head, results.styling),
      continuation: Style.dim.applied(to: blanks + (isPlain ? ". " : "· "), results.styling))
  }

  /// Does what was typed, part by part; an error ends the rest.
  package func answer(_ text: String, replacing number: Int? = nil) {
    let parts = CellText.parts(of: text)
    for (index, part) in parts.enumerated() {
      let isDone =
        switch part {
        case .recipe(let text): take(text, replacing: index == 0 ? number : nil)
        case .command(let name, let arguments): perform(name, arguments)
        case .question(let word, let wantsSource): explain(word, wantsSource: wantsSource)
        }
      if !isDone { return }
    }
  }

  // MARK: Saying

  /// What results and remarks stand to the right of: the text of cells.
  var margin: Int { Self.margin(isInteractive, results) }

  private static func margin(_ isInteractive: Bool, _ results: OutputChannel) -> Int {
    isInteractive && results.isTerminal && results.width >= 60 ? 6 : 0
  }

  /// A remark: dim, folded to the width.
  func say(_ text: String, margin: Int? = nil) {
    let margin = margin ?? self.margin
    let room = messages.isTerminal ? max(20, messages.width - margin) : .max
    let lines = FoldedText(width: room, maximumLines: 200).lines(of: text)
    messages.write(
      lines.map {
        String(repeating: " ", count: margin) + Style.dim.applied(to: $0, messages.styling)
      })
  }

  /// An error that has no place in a cell.
  func complain(_ text: String, as outcome: WorstOutcome.Kind = .unsound) {
    worst.note(outcome)
    messages.write([Style.red.applied(to: "error", messages.styling) + ": " + text])
  }

  func show(_ display: Display) {
    printer.print(.display(display))
  }

  func show(_ diagnostics: [Diagnostic], in source: SourceText) {
    guard !diagnostics.isEmpty else { return }
    let renderer = DiagnosticRenderer(
      usesColor: messages.styling == .colored, width: messages.width)
    messages.write(renderer.render(diagnostics, in: source))
  }

  func note(_ outcome: WorstOutcome.Kind) { worst.note(outcome) }
}

/// The worst of all that happened, for the exit code of a pipe.
struct WorstOutcome {
  enum Kind: Int, Comparable {
    case done, checkFailed, stageFailed, unsound, paused

    static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
  }

  private var kind = Kind.done

  mutating func note(_ other: Kind) { kind = max(kind, other) }

  var exitCode: Int32 {
    switch kind {
    case .done: 0
    case .checkFailed: 4
    case .stageFailed: 1
    case .unsound: 3
    case .paused: 130
    }
  }
}
