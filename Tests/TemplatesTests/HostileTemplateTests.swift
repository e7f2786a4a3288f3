import Foundation
import Templates
import TestSupport
import Testing

@Suite("Templates that mean harm")
struct HostileTemplateTests {
  static let sources: [String] =
    TemplateFile.all.map(\.template) + [
      "{% macro f(a, b=2) %}{{ a ~ b }}{% endmacro %}{{ f(1) }}",
      "{% for k, v in {'a': [1, 2.5, none]}.items() if v %}{{ loop.index }}{{ k }}{% endfor %}",
      "{{ messages | map(attribute='content') | join(', ') | upper | tojson(indent=2) }}",
      "{% set ns = namespace(x=0) %}{% set ns.x = ns.x + 1 %}{{ (ns.x, 'a'[::-1], 1 if x else 2) }}",
    ]
  static let conversation = [
    Message(role: "user", content: "Hi"), Message(role: "assistant", content: "Hello"),
  ]

  /// Renders if it can; whatever comes, it must be an answer or an error.
  func attempt(_ source: String) {
    guard let template = try? ChatTemplate(source) else { return }
    _ = try? template.render(
      messages: Self.conversation, addGenerationPrompt: true, bos: "<s>", eos: "</s>")
  }

  @Test("A broken template is refused or rendered, and never worse")
  func brokenTemplates() {
    let splinters = [
      "{%", "%}", "{{", "}}", "{#", "#}", "(", ")", "[", "]", "'", "\"", "\\", "|", ".", "-", "+",
      "if", "for", "endif", "endfor", "set", "is", "not", "in", "else", " ", "\n", "0", "99999999",
      "9999999999999999999999", "1e999", "é", "\u{1F600}", "%", "**", "//", "::", "loop", "macro",
      "raw", "{% raw %}", "messages", "range(9999)", "*", "~",
    ]
    var random = Random(state: 42)
    for round in 0..<3000 {
      var scalars = Array(Self.sources[round % Self.sources.count].unicodeScalars.prefix(1500))
      for _ in 0...random.below(4) {
        let place = random.below(scalars.count + 1)
        let end = min(scalars.count, place + random.below(12))
        let splinter = splinters[random.below(splinters.count)]
        scalars.replaceSubrange(
          place..<(random.below(2) == 0 ? place : end), with: Array(splinter.unicodeScalars))
      }
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars)
      attempt(String(view))
    }
  }

  @Test("Every beginning of a template is refused or rendered")
  func truncatedTemplates() {
    for source in Self.sources.suffix(6) {
      let characters = Array(source.prefix(1200))
      for length in 0..<characters.count { attempt(String(characters[..<length])) }
    }
  }

  static let endless = [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{{ 'a' * 99999999999 }}",
    "{{ range(999999999) }}",
    "{% set ns = namespace(x=[]) %}{% for i in range(999) %}{% set ns.x = [ns.x] %}{% endfor %}",
    "{{ " + String(repeating: "(", count: 9999) + "1" + String(repeating: ")", count: 9999) + " }}",
    "{{ " + String(repeating: "1 + ", count: 99999) + "1 }}",
    "{{ " + String(repeating: "not ", count: 99999) + "1 }}",
    "{{ " + String(repeating: "- ", count: 99999) + "1 }}",
    "{{ 1" + String(repeating: " | abs", count: 99999) + " }}",
    String(repeating: "{% if 1 %}", count: 9999) + String(repeating: "{% endif %}", count: 9999),
    "{% set ns = namespace(x='ab') %}{% for i in range(99) %}"
      + "{% set ns.x = ns.x.replace('a', ns.x) %}{% endfor %}",
    "{% set ns = namespace(x=[1, 2]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
  ]

  @Test("What has no end is stopped", arguments: endless)
  func endlessTemplates(source: String) {
    let error = #expect(throws: TemplateError.self) {
      try ChatTemplate(source).render(messages: Self.conversation)
    }
    #expect(error?.kind == .limit)
  }

  static let mistakes: [(String, Int, String)] = [
    ("a\n{{ 'x }}", 2, "text without its end"),
    ("{% if x %}\n\nno end", 1, "a block begins here that does not end; expected `{% elif %}`"),
    ("\n{% endfor %}", 2, "found `endfor`"),
    ("\n\n{{ a b }}", 3, "found `b`; expected `}}`"),
    ("{{ 1 + }}", 1, "found `}}`; expected an expression"),
    ("{% break %}", 1, "outside of a loop"),
    ("{# never", 1, "expected `#}`"),
    ("{{ (1] }}", 1, "closes nothing"),
    ("x\n{{ nothing.at.all }}", 2, "`nothing` is undefined"),
    ("{{ 'a' + 1 }}", 1, "`+` does not go with a str and a int"),
    ("\n{{ 'a' | shout }}", 2, "there is no filter `shout`; expected one of trim"),
    ("{{ 'a' is loud }}", 1, "there is no test `loud`"),
    ("{{ 1 / 0 }}", 1, "division by zero"),
    ("{{ missing | tojson }}", 1, "`tojson` cannot write a undefined value"),
  ]

  @Test("A mistake is told with its line and what was expected", arguments: mistakes)
  func mistakesAreTold(source: String, line: Int, words: String) {
    let error = #expect(throws: TemplateError.self) {
      try ChatTemplate(source).render(messages: [])
    }
    #expect(error?.line == line)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }
}
