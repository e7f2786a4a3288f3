// Names that people bring along from Python and other languages.

import Syntax

/// What a name of another language is called here.
struct ForeignName {
  /// What to write in its place; nil where another form is needed.
  let replacement: String?
  let label: String
  let advice: String?

  private init(_ replacement: String) {
    self.replacement = replacement
    label = "here it is called `\(replacement)`"
    advice = nil
  }

  private init(_ label: String, _ advice: String) {
    replacement = nil
    self.label = label
    self.advice = advice
  }

  func diagnostic(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unknownName, "there is no name `\(name)`", at: range, label: label,
      notes: advice.map { [$0] } ?? [],
      fix: replacement.map { .init(range, $0, "write `\($0)`") })
  }

  static let table: [String: ForeignName] = [
    "print": ForeignName("show"), "echo": ForeignName("show"), "println": ForeignName("show"),
    "display": ForeignName("show"), "len": ForeignName("length"), "size": ForeignName("length"),
    "str": ForeignName("text"), "repr": ForeignName("text"), "sorted": ForeignName("sort"),
    "yes": ForeignName("true"), "Yes": ForeignName("true"), "no": ForeignName("false"),
    "No": ForeignName("false"), "assert": ForeignName("check"), "strip": ForeignName("trim"),
    "unique": ForeignName("dedup"), "distinct": ForeignName("dedup"),
    "concatenate": ForeignName("concat"), "head": ForeignName("take"), "limit": ForeignName("take"),
    "read_json": ForeignName("jsonl"), "read_csv": ForeignName("csv"),
    "int": ForeignName(
      "not a function here", "A number in a text is `number(text)`; `round(x)` rounds."),
    "float": ForeignName("not a function here", "A number in a text is `number(text)`."),
    "range": ForeignName(
      "not a function here", "Numbers from 0 below n are `0..<n`; up to it, `0...n`."),
    "enumerate": ForeignName(
      "not a function here", "Numbers of items are `i for i in 0..<length(xs)`."),
    "zip": ForeignName(
      "not a function here", "Rows are matched by `join`, lists by their numbers."),
    "map": ForeignName(
      "not a function here", "A list: `[f(x) for x in xs]`; rows: `add`, `select`."),
    "dict": ForeignName("not a function here", "A record is written `(a: 1, b: 2)`."),
    "list": ForeignName("not a function here", "A list is written `[1, 2]`."),
    "set": ForeignName(
      "not a function here", "A list is written `[1, 2]`; rows lose doubles by `dedup`."),
    "tuple": ForeignName("not a function here", "A record is written `(a: 1, b: 2)`."),
    "open": ForeignName(
      "not a function here", "Files are read by `jsonl`, `json`, `csv`, `tsv`, `lines`."),
    "format": ForeignName("not a function here", "A value stands in a text as `\"\\(value)\"`."),
    "input": ForeignName("not a function here", "What is asked from outside is a param."),
    "isinstance": ForeignName(
      "not a function here", "Types are known before the run: nothing to ask."),
    "None": ForeignName("none"), "null": ForeignName("none"),
  ]

  /// Types of other languages.
  static let types: [String: String] = [
    "str": "Text", "string": "Text", "String": "Text", "char": "Text", "int": "Int",
    "integer": "Int", "Integer": "Int", "long": "Int", "float": "Float", "double": "Float",
    "Double": "Float", "number": "Float", "Number": "Float", "bool": "Bool", "boolean": "Bool",
    "Boolean": "Bool", "list": "List", "array": "List", "Array": "List", "file": "Path",
    "File": "Path", "Percent": "Ratio", "Dataset": "Data", "DataFrame": "Data", "Rows": "Data",
  ]
}
