// Commands about the prompt itself.

import Language
import Syntax
import Vocabulary

extension Command {
  static let help = Command(
    "help", taking: "[COMMAND]", "Lists the commands.", completes: .commands
  ) {
    conversation, arguments in
    if let word = arguments.words.first?.trimmingPrefix(":") {
      guard let command = Command.named(String(word)) else {
        _ = conversation.explain(String(word), wantsSource: false)
        return
      }
      return conversation.results.write([command.usage, "  \(command.summary)"])
    }
    let width = Command.all.map(\.usage.count).max() ?? 0
    let room = conversation.results.width
    let commands = Command.all.map { "\($0.usage.padded(to: width))  \($0.summary)" }
    let keys = [
      ("?word", "what a word means; ??word also how it is written"),
      ("Tab", "names, labels, columns, files"),
      ("Alt-Enter", "another line in the cell"),
      ("^R", "search in what was typed before"),
      ("^C", "clears the line; pauses what runs and keeps its state"),
      ("^X^E", "the cell in $EDITOR"),
    ].map { "\($0.0.padded(to: width))  \($0.1)" }
    conversation.results.write((commands + [""] + keys).map { $0.truncated(to: room) })
  }

  static let history = Command(
    "history", taking: "[N]", "Shows the last cells typed, 10 if not said."
  ) {
    conversation, arguments in
    guard case .editor(let editor) = conversation.source else {
      throw CommandError("there is no history here: it is kept on terminals that can edit")
    }
    let count = arguments.words.first.map { Int($0) } ?? 10
    guard let count, count > 0 else { throw CommandError("how many? :history 20") }
    let width = conversation.results.width
    conversation.results.write(
      editor.history.cells.suffix(count).map { $0.onOneLine.truncated(to: width) })
  }

  static let set = Command(
    "set", taking: "color on|off", "Changes how things are shown."
  ) {
    conversation, arguments in
    switch arguments.words {
    case []:
      conversation.say("color \(conversation.results.styling == .colored ? "on" : "off")")
    case ["color", "on"]: conversation.style(.colored)
    case ["color", "off"]: conversation.style(.plain)
    default: throw CommandError("there is `:set color on` and `:set color off`")
    }
  }

  static let explain = Command(
    "explain", taking: "[CODE]", "Tells what the code of a message means, with an example.",
    completes: .codes
  ) { conversation, arguments in
    let width = conversation.results.width
    guard let word = arguments.words.first else {
      return conversation.results.write(DiagnosticCode.list.map { $0.truncated(to: width) })
    }
    guard let code = DiagnosticCode(spelled: word) else {
      throw CommandError(
        "there is no code `\(word)`"
          + (DiagnosticCode.nearest(to: word).map { "; did you mean \($0.rawValue)?" }
            ?? "; :explain lists them"))
    }
    conversation.results.write(code.page(width: width))
  }

  static let quit = Command("quit", "Leaves, as ^D does.") { conversation, _ in
    conversation.isOver = true
  }
}

extension Conversation {
  fileprivate func style(_ styling: Styling) {
    results.styling = styling
    messages.styling = styling
  }
}
