/// Words that begin statements in Python, in shells and elsewhere, with what is answered to them.
struct ForeignWord {
  let code: DiagnosticCode
  let message: String
  let label: String
  let advice: String

  private init(_ code: DiagnosticCode, _ message: String, _ label: String, _ advice: String) {
    self.code = code
    self.message = message
    self.label = label
    self.advice = advice
  }

  private static let commands = [
    "echo", "cd", "source", "pip", "python", "python3", "bash", "sudo", "roux",
  ]

  /// Words that a function may have as its name: before parentheses they are called.
  static let callable = Set(commands + ["print", "export", "throw", "except"])

  static let statements: [String: ForeignWord] = {
    var answers: [String: ForeignWord] = [
      "return": ForeignWord(
        .foreignStatement, "there is no `return`", "the last value is the result",
        "A block ends with its value, on a line without `name =`."),
      "from": ForeignWord(
        .foreignStatement, "an import is written `import \"sft.recipe\" as stage1`",
        "recipes are imported by path",
        "Libraries of Python cannot be imported; `roux doc` lists the words that are there."),
      "elif": ForeignWord(
        .foreignConditional, "there is no `elif`", "not a word here",
        "Write `if a then x else if b then y else z`."),
      "assert": ForeignWord(
        .foreignStatement, "what must hold is written `check(…)`", "not a word here",
        "As in `check(loss < 2.5, \"it has not learnt\")`."),
      "del": ForeignWord(
        .foreignStatement, "there is no `del` statement", "not a word here",
        "Nothing is ever removed; rows without some columns are made by `select`."),
      "print": ForeignWord(
        .foreignStatement, "what is to be seen is written `show(…)`", "not a word here",
        "As in `show(\"loss: \\(report.loss)\")`."),
      "with": ForeignWord(
        .foreignStatement, "there is no `with` statement", "not a word here",
        "Files are read by calls such as `jsonl(path)`, and closed by themselves."),
      "export": ForeignWord(
        .foreignStatement, "a setting is a param", "not a word here",
        "As in `param lr: Float = 1e-4`, which `--lr 2e-4` sets on the command line."),
    ]
    for word in ["fn", "func", "function"] {
      answers[word] = ForeignWord(
        .foreignDefinition, "a function is written `def f(x: Type) = value`", "not a word here",
        "Several steps stand in a block: `{`, a line per step, the value last, `}`.")
    }
    for word in ["class", "struct"] {
      answers[word] = ForeignWord(
        .foreignStatement, "there is no `\(word)` statement", "not a word here",
        "Values that belong together make a record: (rank: 8, alpha: 16.0).")
    }
    for word in ["switch", "match"] {
      answers[word] = ForeignWord(
        .foreignConditional, "there is no `\(word)` statement", "not a word here",
        "Write `if a then x else if b then y else z`.")
    }
    for word in ["try", "raise", "throw", "except"] {
      answers[word] = ForeignWord(
        .foreignStatement, "there is no `\(word)` statement", "there are no exceptions",
        "What may be missing is handled by `??`; what must hold is written `check(…)`.")
    }
    for word in commands {
      answers[word] = ForeignWord(
        .foreignStatement, "this is a command of the shell", "not a word of a recipe",
        "Commands belong on the command line; a recipe shows values with `show(…)`.")
    }
    return answers
  }()
}
