import Foundation
import Vocabulary

extension Typing {
  /// An item of the argument `list`, where there is one.
  fileprivate static let itemOfList = Typing.derived { call in
    guard case .list(let item) = call.type("list") else { return .any }
    return .optional(item)
  }
}

extension Primitive {
  public static let length = Primitive(
    "length", "How many characters a text has, or items a list.", in: .text,
    examples: [#"length("four")"#],
    Parameter<Either<String, [Value]>>.subject("of", "The text or list.")
  ) { _, of in
    switch of {
    case .first(let text): text.count
    case .second(let list): list.count
    }
  }

  public static let words = Primitive(
    "words", "The words of a text: what stands between white space.", in: .text,
    examples: [#"words("two words")"#],
    Parameter<String>.subject("text", "The text.")
  ) { _, text in
    text.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  public static let characters = Primitive(
    "characters", "The characters of a text, one by one.", in: .text,
    examples: [#"characters("abc")"#],
    Parameter<String>.subject("text", "The text.")
  ) { _, text in
    text.map { String($0) }
  }

  public static let lower = Primitive(
    "lower", "The text in lower case.", in: .text, examples: [#"lower("ABC")"#],
    Parameter<String>.subject("text", "The text.")
  ) { _, text in
    text.lowercased()
  }

  public static let upper = Primitive(
    "upper", "The text in upper case.", in: .text, examples: [#"upper("abc")"#],
    Parameter<String>.subject("text", "The text.")
  ) { _, text in
    text.uppercased()
  }

  public static let trim = Primitive(
    "trim", "The text without white space at its ends.", in: .text, examples: [#"trim("  a ")"#],
    Parameter<String>.subject("text", "The text.")
  ) { _, text in
    text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  public static let contains = Primitive(
    "contains", "Whether a text has a part.", in: .text, examples: [#"contains("abc", "b")"#],
    Parameter<String>.subject("text", "The text."),
    Parameter<String>.subject("part", "What to look for.")
  ) { _, text, part in
    text.contains(part)
  }

  public static let startsWith = Primitive(
    "starts_with", "Whether a text begins with another.", in: .text,
    examples: [#"starts_with("abc", "ab")"#],
    Parameter<String>.subject("text", "The text."),
    Parameter<String>.subject("start", "The beginning.")
  ) { _, text, start in
    text.hasPrefix(start)
  }

  public static let endsWith = Primitive(
    "ends_with", "Whether a text ends with another.", in: .text,
    examples: [#"ends_with("abc", "bc")"#],
    Parameter<String>.subject("text", "The text."),
    Parameter<String>.subject("end", "The end.")
  ) { _, text, end in
    text.hasSuffix(end)
  }

  public static let replace = Primitive(
    "replace", "The text with each occurrence of a part replaced.", in: .text,
    examples: [#"replace("a-b", "-", by: " ")"#],
    Parameter<String>.subject("text", "The text."),
    Parameter<String>.subject("part", "What to replace."),
    Parameter<String>("by", "What to put in its place.")
  ) { _, text, part, other in
    part.isEmpty ? text : text.replacing(part, with: other)
  }

  public static let capitalise = Primitive(
    "capitalise", "The text with its first letter in upper case and all others in lower case.",
    in: .text, examples: [#"capitalise("abc")"#],
    Parameter<String>.subject("text", "The text.")
  ) { _, text in
    text.prefix(1).uppercased() + text.dropFirst().lowercased()
  }

  public static let removeBetween = Primitive(
    "remove_between", "The text without what stands between two marks, and without the marks.",
    in: .text, examples: [#"remove_between("a [b] c", "[", to: "]")"#],
    Parameter<String>.subject("text", "The text."),
    Parameter<String>.subject("from", "The mark that begins what goes.", notEmpty),
    Parameter<String>("to", "The mark that ends it; without one nothing goes.", notEmpty)
  ) { _, text, start, end in
    var result = ""
    var rest = text[...]
    while let open = rest.firstRange(of: start),
      let close = rest[open.upperBound...].firstRange(of: end)
    {
      result += rest[..<open.lowerBound]
      rest = rest[close.upperBound...]
    }
    return result + rest
  }

  private static let notEmpty = Rule<String>("a text that is not empty") { !$0.isEmpty }

  public static let splitText = Primitive(
    "split", "The pieces of a text between separators.", in: .text,
    examples: [#"split("a,b", at: ",")"#],
    Parameter<String>.subject("text", "The text."),
    Parameter<String>("at", "The separator.")
  ) { _, text, separator in
    separator.isEmpty ? [text] : text.components(separatedBy: separator)
  }

  public static let joinTexts = Primitive(
    "join", "One text of several.", in: .text, examples: [#"join(["a", "b"], between: ", ")"#],
    Parameter<[String]>.subject("texts", "The texts."),
    Parameter("between", "What stands between two.", default: "")
  ) { _, texts, separator in
    texts.joined(separator: separator)
  }

  public static let text = Primitive(
    "text", "A value written as text.", in: .text, examples: ["text(12)"],
    Parameter<Value>.subject("value", "The value.")
  ) { _, value in
    if case .text(let text) = value { return text }
    return value.source
  }

  public static let parseNumber = Primitive(
    "number", "The number that a text writes, or none.", in: .text,
    examples: [#"number("1,234.5") ?? 0.0"#],
    Parameter<String>.subject("text", "The text; commas between thousands are passed over.")
  ) { _, text in
    Double(text.trimmingCharacters(in: .whitespaces).replacing(",", with: ""))
  }

  public static let reverse = Primitive(
    "reverse", "The characters of a text in the opposite order.", in: .text,
    examples: [#"reverse("abc")"#],
    Parameter<String>.subject("text", "The text.")
  ) { _, text in
    String(text.reversed())
  }

  public static let last = Primitive(
    "last", "The last item of a list, or none.", in: .text, typing: .itemOfList,
    examples: ["last([1, 2])"],
    Parameter<[Value]>.subject("list", "The list.")
  ) { _, list in
    list.last ?? .none
  }

  public static let first = Primitive(
    "first", "The first item of a list, or none.", in: .text, typing: .itemOfList,
    examples: ["first([1, 2])"],
    Parameter<[Value]>.subject("list", "The list.")
  ) { _, list in
    list.first ?? .none
  }
}
