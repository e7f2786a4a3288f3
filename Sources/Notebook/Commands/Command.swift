// Commands of the prompt: `:name arguments`. They are no part of the language.

import Language

/// A word after a colon.
struct Command: Sendable {
  /// What Tab offers for its arguments.
  enum Completed: Sendable { case nothing, names, files, expression, commands, codes }

  let name: String
  /// As the list of commands shows them.
  let arguments: String
  let summary: String
  let completes: Completed
  let body: @Sendable (Conversation, CommandArguments) throws -> Void

  init(
    _ name: String, taking arguments: String = "", _ summary: String,
    completes: Completed = .nothing,
    body: @escaping @Sendable (Conversation, CommandArguments) throws -> Void
  ) {
    self.name = name
    self.arguments = arguments
    self.summary = summary
    self.completes = completes
    self.body = body
  }

  var usage: String { ":\(name)" + (arguments.isEmpty ? "" : " \(arguments)") }

  static let all: [Command] = [
    .help, .run, .rerun, .plan, .why, .time, .cells, .edit, .drop, .undo, .redo, .load, .save,
    .history, .set, .explain, .quit,
  ]

  /// The command of this name, or the only one that begins so.
  static func named(_ name: String) -> Command? {
    if let exact = all.first(where: { $0.name == name }) { return exact }
    if name == "q" || name == "exit" { return .quit }
    if name == "h" || name == "?" { return .help }
    let possible = name.isEmpty ? [] : all.filter { $0.name.hasPrefix(name) }
    return possible.count == 1 ? possible[0] : nil
  }
}

/// What stands after the name of a command.
struct CommandArguments {
  let text: String
  /// Whether the name ended in `!`: what would be asked back is meant.
  let isForced: Bool

  /// Parted by blanks and commas.
  var words: [String] {
    text.split { $0.isWhitespace || $0 == "," }.map(String.init)
  }
}

/// A command that cannot do what it was asked to.
struct CommandError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
