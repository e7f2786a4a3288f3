import Templates
import Testing

struct JinjaCase: Sendable, CustomTestStringConvertible {
  let source: String
  let expected: String

  init(_ source: String, _ expected: String) {
    self.source = source
    self.expected = expected
  }

  var testDescription: String { source }
}

@Suite("Jinja")
struct JinjaTests {
  static let names: [String: TemplateValue] = [
    "d": ["a": 1, "n": 4],
    "u": [["role": "user", "c": "hi"], ["role": "bot", "c": ""]],
  ]

  @Test(
    "Each construct renders as Jinja renders it", arguments: JinjaCases.first + JinjaCases.second)
  func rendersAsJinja(example: JinjaCase) throws {
    let moment = TemplateClock(year: 2024, month: 7, day: 6, hour: 15, minute: 4, second: 5)
    let rendering = try ChatTemplate(example.source).render(
      messages: [], extra: Self.names, now: moment)
    #expect(Array(rendering.text.unicodeScalars) == Array(example.expected.unicodeScalars))
  }

  @Test("JSON keeps its order and its scalars")
  func json() throws {
    let value = try TemplateValue(
      json: #"{"b":[1,-2.5e1,true,null],"a":"\u00e9\ud83d\ude00\n","b":3}"#)
    let template = try ChatTemplate("{{ v | tojson }}")
    let text = try template.render(messages: [], extra: ["v": value]).text
    #expect(text == #"{"b": 3, "a": "é😀\n"}"#)
  }
}
