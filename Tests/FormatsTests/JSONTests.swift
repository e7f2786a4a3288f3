import Formats
import Foundation
import Testing

@Suite("JSON")
struct JSONTests {
  private func parse(_ text: String) throws -> JSONValue {
    try JSONValue(parsing: Array(text.utf8), path: "config.json")
  }

  @Test("objects keep the order of their members")
  func order() throws {
    let value = try parse(#"{"zebra": 1, "apple": {"b": 2, "a": []}, "mango": null}"#)
    #expect(value.members?.keys == ["zebra", "apple", "mango"])
    #expect(value.compact == #"{"zebra":1,"apple":{"b":2,"a":[]},"mango":null}"#)
  }

  @Test("integers of 64 bits stay exact, and 1e-05 reads back as itself")
  func numbers() throws {
    let value = try parse("[9007199254740993, -9223372036854775808, 1e-05, 10000.0, 1e3, 0]")
    #expect(
      value == [9_007_199_254_740_993, .integer(.min), 1e-5, 10000.0, 1000.0, 0] as JSONValue)
    #expect(value.compact == "[9007199254740993,-9223372036854775808,1e-05,10000.0,1000.0,0]")
    #expect(try parse("1e3").int == 1000)
    #expect(try parse("1000000000000000019884624838656").double == 1e30)
  }

  @Test("escapes, surrogate pairs and control characters survive a round trip")
  func strings() throws {
    let value = try parse(#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00€""#)
    #expect(value.text == "a\"\\/\u{8}\u{c}\n\r\té😀€")
    #expect(try parse(value.compact) == value)
    #expect(JSONValue.string("\u{1}").compact == #""\u0001""#)
  }

  @Test("pretty text has the layout of Python's json.dumps(indent=2)")
  func pretty() {
    let value: JSONValue = ["a": [1, 2.5], "b": [:], "c": []]
    let expected = """
      {
        "a": [
          1,
          2.5
        ],
        "b": {},
        "c": []
      }

      """
    #expect(value.pretty == expected)
  }

  @Test("not-a-number and infinity are read as Python writes them")
  func nonFinite() throws {
    let value = try parse("[NaN, Infinity, -Infinity]")
    #expect(value.elements?[0].double?.isNaN == true)
    #expect(value.compact == "[NaN,Infinity,-Infinity]")
  }

  @Test(
    "what is wrong is named with its line and column",
    arguments: [
      ("", "line 1, column 1: the JSON ends where a value is expected"),
      ("{\n  \"a\": 1,\n  \"a\": 2}", "line 3, column 3: the JSON has the key \"a\" twice"),
      ("[1,\n 2", "line 2, column 3: the JSON needs ',' or ']' here"),
      ("[1,]", "line 1, column 4: the JSON has ']' where a value is expected"),
      ("{a: 1}", "line 1, column 2: the JSON needs a key in quotes here"),
      ("{\"a\" 1}", "needs ':' after the key \"a\""),
      ("[01]", "has a malformed number"), ("[1.]", "has a malformed number"),
      ("[-]", "has a malformed number"), ("[1e]", "has a malformed number"),
      ("\"abc", "has a string without an end"), ("\"\\q\"", "has an unknown escape"),
      ("\"\\ud800\"", "has half of a surrogate pair"), ("\"\\u12G4\"", "four hexadecimal digits"),
      ("tru", "has an unknown word"), ("1 2", "has text after its end"),
      ("\"a\nb\"", "has a bare control character"),
      (String(repeating: "[", count: 100_000), "is nested deeper than 256 levels"),
    ])
  func errors(text: String, expected: String) throws {
    let found = try #require(complaint { _ = try parse(text) })
    #expect(found.hasPrefix("config.json, line "))
    #expect(found.contains(expected))
  }

  @Test("bytes that are no UTF-8 are an error")
  func invalidText() {
    #expect(
      complaint { _ = try JSONValue(parsing: [0x22, 0xFF, 0x22], path: "x") }?.contains("UTF-8")
        == true)
  }
}
