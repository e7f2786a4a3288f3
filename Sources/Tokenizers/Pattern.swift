import CPCRE2

/// A regular expression compiled once and matched by machine code where the platform has it.
final class Pattern: Sendable {
  let source: String
  // PCRE2 promises that compiled code may be shared between threads once compiled.
  private nonisolated(unsafe) let code: OpaquePointer
  private let hasMachineCode: Bool

  init(_ source: String, place: String = "pattern") throws {
    self.source = source
    let translated = try PatternDialect.pcre2(source, place: place)
    var status: Int32 = 0
    var offset = 0
    let compiled = translated.withCString { text in
      text.withMemoryRebound(to: UInt8.self, capacity: translated.utf8.count) { text in
        pcre2_compile_8(
          text, translated.utf8.count, PCRE2_UTF | PCRE2_UCP, &status, &offset, nil)
      }
    }
    guard let compiled else {
      throw TokenizerError(
        place, found: "`\(source)` (\(Self.message(status)) at byte \(offset))",
        expected: "a regular expression that PCRE2 compiles")
    }
    code = compiled
    hasMachineCode = pcre2_jit_compile_8(compiled, PCRE2_JIT_COMPLETE) == 0
  }

  /// A pattern that is known to be the literal text.
  static func literal(_ text: String) throws -> Pattern {
    let escaped = text.unicodeScalars.map { "\\x{\(String($0.value, radix: 16))}" }.joined()
    return try Pattern(escaped)
  }

  deinit { pcre2_code_free_8(code) }

  /// Calls `visit` with the bounds of each match inside `range`, which is matched as a text of its
  /// own.
  ///
  /// Empty matches are passed over.
  func forEachMatch(
    in text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ state: borrowing MatchState,
    _ visit: (Int, Int) -> Void
  ) {
    guard let base = text.baseAddress, !range.isEmpty else { return }
    let subject = base + range.lowerBound
    var start = 0
    while start < range.count, match(subject, range.count, start, state.data) {
      let bounds = pcre2_get_ovector_pointer_8(state.data)
      let lower = bounds?[0] ?? 0
      let upper = bounds?[1] ?? 0
      if upper > lower { visit(range.lowerBound + lower, range.lowerBound + upper) }
      start = upper > start ? upper : start + 1
      while start < range.count, subject[start] & 0xC0 == 0x80 { start += 1 }
    }
  }

  /// Machine code has a small stack; a text that exhausts it is matched by the interpreter, whose
  /// stack is the heap.
  @inline(__always)
  private func match(
    _ subject: UnsafePointer<UInt8>, _ count: Int, _ start: Int, _ data: OpaquePointer
  ) -> Bool {
    if hasMachineCode {
      let status = pcre2_jit_match_8(code, subject, count, start, 0, data, nil)
      if status != PCRE2_ERROR_JIT_STACKLIMIT { return status >= 0 }
    }
    let options = PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT
    return pcre2_match_8(code, subject, count, start, options, data, nil) >= 0
  }

  private static func message(_ status: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let length = pcre2_get_error_message_8(status, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self)
  }
}

/// Where PCRE2 leaves the bounds of a match; one per thread that matches.
struct MatchState: ~Copyable {
  fileprivate let data: OpaquePointer

  init() {
    guard let data = pcre2_match_data_create_8(1, nil) else {
      preconditionFailure("no memory for the bounds of one match")
    }
    self.data = data
  }

  deinit { pcre2_match_data_free_8(data) }
}
