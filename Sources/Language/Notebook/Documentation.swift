// What `///` lines say of a function, part by part.

/// The documentation of a `def`: words, then what each parameter is for, then examples.
///
/// A line `- name: words` is about a parameter and goes on in indented lines; a line `> expression`
/// is an example. Lines of one paragraph are one text, however they were broken.
struct Documentation: Sendable {
  private(set) var words = ""
  private(set) var parameters: [String: String] = [:]
  private(set) var examples: [String] = []

  init(_ text: String?) {
    guard let text else { return }
    var paragraphs: [[String]] = [[]]
    var parameter: String?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("> ") {
        examples.append(String(line.dropFirst(2)))
      } else if let (name, words) = Documentation.parameter(line) {
        parameter = name
        parameters[name] = words
      } else if let name = parameter, line.hasPrefix("  ") {
        parameters[name, default: ""] += " " + line.drop { $0 == " " }
      } else if line.isEmpty {
        paragraphs.append([])
      } else {
        parameter = nil
        paragraphs[paragraphs.count - 1].append(String(line))
      }
    }
    words = paragraphs.filter { !$0.isEmpty }.map { $0.joined(separator: " ") }
      .joined(separator: "\n\n")
  }

  /// `- beta: how close it stays` as a name and the words about it.
  private static func parameter(_ line: Substring) -> (name: String, words: String)? {
    guard line.hasPrefix("- "), let colon = line.firstIndex(of: ":") else { return nil }
    let name = line[line.index(line.startIndex, offsetBy: 2)..<colon]
    guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
      return nil
    }
    return (String(name), String(line[line.index(after: colon)...].drop { $0 == " " }))
  }
}
