import JSON
import Testing

@Test func orderAndExactIntegersAreKept() throws {
  let value = try JSONValue(parsing: #"{"z": 9007199254740993, "a": [1, 2.5, -3e2, true, null]}"#)
  #expect(value.object?.keys == ["z", "a"])
  #expect(value["z"]?.int == 9_007_199_254_740_993)
  #expect(value["a"]?.list == [1, 2.5, .number(-300), true, .null])
}

@Test func escapesAreRead() throws {
  let value = try JSONValue(parsing: #""a\n\t\"\\\/ \u00e9 \ud83d\ude00 \ud800x""#)
  #expect(value.text == "a\n\t\"\\/ é 😀 \u{FFFD}x")
}

@Test(arguments: [
  "{", "[1,", "{\"a\" 1}", "nul", "01x", "\"abc", "\"\u{1}\"", "1.", "-", "[1 2]", "", "{,}",
  "1 2", "[1,]", "01", "-01", "1e", "1e+", ".5", "+1", "1.e3", "--1", "-N", "\"\\q\"",
  "\"\\u12g4\"",
])
func brokenTextsAreRefused(_ text: String) {
  #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
}

@Test func deepNestingIsRefused() {
  #expect(throws: JSONError.self) {
    try JSONValue(parsing: String(repeating: "[", count: 100_000))
  }
}

@Test func errorsNameTheirPlace() {
  #expect(throws: JSONError.self) { try JSONValue(parsing: "{\n  \"a\": tru }") }
  do {
    _ = try JSONValue(parsing: "{\n  \"a\": tru }")
  } catch {
    #expect(error.description == "line 2, column 11: found ` `, expected `true`")
  }
}

@Test func whatIsWrittenIsReadBack() throws {
  let value: JSONValue = [
    "b": [1, 2.5, "x\u{1}\n\"é😀"], "a": [:], "c": [], "d": .null, "n": 1e300,
  ]
  #expect(try JSONValue(parsing: value.compact) == value)
  #expect(try JSONValue(parsing: value.pretty) == value)
}

@Test func largeMembersAreWalkedOverWithoutATree() throws {
  var scanner = JSONScanner(Array(#" {"a": {"x": 1, "y\u00e9": 2}, "b": [true, "c"]} "#.utf8))
  var key: [UInt8] = []
  var places: [String: Int] = [:]
  var hasMore = try scanner.beginObject()
  while hasMore {
    try scanner.key(into: &key)
    places[String(decoding: key, as: UTF8.self)] = scanner.position
    try scanner.skip()
    hasMore = try scanner.nextMember()
  }
  let isAtEnd = scanner.isAtEnd()
  #expect(isAtEnd)
  var second = scanner.moved(to: try #require(places["b"]))
  let list = try second.value()
  #expect(list == [true, "c"])
  var first = scanner.moved(to: try #require(places["a"]))
  var found: [String] = []
  hasMore = try first.beginObject()
  while hasMore {
    try first.key(into: &key)
    found.append("\(String(decoding: key, as: UTF8.self)) \(try first.count(upTo: 9))")
    hasMore = try first.nextMember()
  }
  #expect(found == ["x 1", "yé 2"])
}

@Test(arguments: ["10", "-1", "x", "", "99999999999999999999"])
func aCountBeyondItsLimitIsRefused(_ text: String) {
  var scanner = JSONScanner(Array(text.utf8))
  #expect(throws: JSONError.self) { try scanner.count(upTo: 9) }
}
