// The commands of the prompt and their keys.

import CEditLine

/// A command of our own; what is not here is libedit's.
enum EditCommand: Int32, CaseIterable {
  case submit, newline, up, down, left, right, home, end, first, last, backspace, delete
  case complete, paste, interrupt, endOfInput, search, externalEditor, suspend, clearScreen
  case undo, older, newer, killLine, killToStart, killWord, yank

  /// In libedit's notation.
  var keys: [String] {
    switch self {
    case .submit: ["^M", "^J"]
    case .newline: [Self.special(Key.newline)]
    case .up: [Self.special(Key.up)]
    case .down: [Self.special(Key.down)]
    case .left: [Self.special(Key.left), "^B"]
    case .right: [Self.special(Key.right), "^F"]
    case .home: [Self.special(Key.home), "^A"]
    case .end: [Self.special(Key.end), "^E"]
    case .first: [Self.special(Key.first)]
    case .last: [Self.special(Key.last)]
    case .backspace: ["^?", "^H"]
    case .delete: [Self.special(Key.delete)]
    case .complete: ["^I"]
    case .paste: [Self.special(Key.paste)]
    case .interrupt: ["^C"]
    case .endOfInput: ["^D"]
    case .search: ["^R"]
    case .externalEditor: ["^X^E"]
    case .suspend: ["^Z"]
    case .clearScreen: ["^L"]
    case .undo: ["^_", "^X^U"]
    case .older: ["^P"]
    case .newer: ["^N"]
    case .killLine: ["^K"]
    case .killToStart: ["^U"]
    case .killWord: ["^W"]
    case .yank: ["^Y"]
    }
  }

  static func bindAll(in session: OpaquePointer) {
    for command in allCases {
      for keys in command.keys { editline_bind(session, keys, command.rawValue) }
    }
    editline_bind_function(session, special(Key.wordRight), "em-next-word")
    editline_bind_function(session, special(Key.wordLeft), "ed-prev-word")
  }

  private static func special(_ key: UInt8) -> String {
    "\\0" + String(KeyDecoder.lead, radix: 8) + String(UnicodeScalar(key))
  }
}

/// What libedit does after a command.
enum Effect: Int32 {
  case proceed = 0
  case finish = 1
  case refuse = 2
}
