// From what was typed to the command that is meant.

import Language
import Syntax

extension Conversation {
  /// Does a command; whether it could.
  func perform(_ name: String, _ arguments: String) -> Bool {
    let isForced = name.hasSuffix("!")
    let word = isForced ? String(name.dropLast()) : name
    guard let command = Command.named(word) else {
      complain(unknown(word), as: .unsound)
      return false
    }
    do {
      try command.body(self, CommandArguments(text: arguments, isForced: isForced))
      return true
    } catch {
      complain("\(error)")
      return false
    }
  }

  private func unknown(_ word: String) -> String {
    let possible = word.isEmpty ? [] : Command.all.map(\.name).filter { $0.hasPrefix(word) }
    if !possible.isEmpty {
      return ":\(word) may be " + possible.map { ":\($0)" }.joined(separator: " or ")
    }
    let near = nearest(word, in: Command.all.map(\.name)).map { "; did you mean :\($0)?" }
    return "there is no command :\(word)" + (near ?? "; :help lists them")
  }

  /// `?word`: what the library or a cell says about it.
  func explain(_ word: String, wantsSource: Bool) -> Bool {
    guard !word.isEmpty else { return perform("help", "") }
    if DiagnosticCode(spelled: word) != nil { return perform("explain", word) }
    guard let help = session.help(for: word) else {
      if let command = Command.named(word) {
        say("\(command.usage)  \(command.summary)")
        return true
      }
      let words = session.definedNames + session.lexicon.words
      let near = nearest(word, in: words).map { "; did you mean ?\($0)" } ?? ""
      complain("there is no word `\(word)`\(near)")
      return false
    }
    let renderer = HelpRenderer(width: results.width, styling: results.styling)
    results.write(renderer.lines(help, showsSource: wantsSource))
    return true
  }

  /// The cell of a number, as commands are given them.
  func cell(_ text: String?) throws -> Cell {
    guard let text else { throw CommandError("which cell? Give its number, as in :edit 3") }
    let digits = text.trimmingPrefix("[").prefix { $0.isNumber }
    guard let number = Int(digits) else { throw CommandError("`\(text)` is no number of a cell") }
    guard let cell = session.cells.first(where: { $0.number == number }) else {
      throw CommandError("there is no cell [\(number)]; :cells lists them")
    }
    return cell
  }

  /// Refuses names that no cell defines.
  func defined(_ names: [String]) throws -> [String] {
    for name in names where !session.definedNames.contains(name) {
      let near = nearest(name, in: session.definedNames).map { "; did you mean `\($0)`?" }
      throw CommandError("no cell defines `\(name)`" + (near ?? "; :cells lists what there is"))
    }
    return names
  }
}
