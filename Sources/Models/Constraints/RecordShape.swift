import Datasets
import JSON
import Vocabulary

/// The JSON of a record type, written one way: fields in the order of the type, one blank after each
/// colon and comma.
public struct RecordShape: Sendable {
  public let type: WrittenType

  /// The shape of a record type; throws where no JSON can hold it.
  public init(_ written: WrittenType) throws {
    guard case .record(let fields) = written.type, !fields.isEmpty else {
      throw ShapeError(type: written.type)
    }
    type = written
    // Conditions are dear to look at and refuse no type.
    _ = try Self.pattern(written.type, path: [], [])
  }

  var pattern: BytePattern {
    get throws { try Self.pattern(type.type, path: [], type.conditions) }
  }

  /// The record that a text writes; nil where it is none of this type.
  public func record(_ text: String) -> Record? {
    guard let start = text.firstIndex(of: "{"), let end = text.lastIndex(of: "}"), start < end,
      let object = try? JSONValue(parsing: Array(text[start...end].utf8)).object,
      let row = try? object.row(), let check = RowCheck(type)
    else { return nil }
    return try? check.checked(row, path: "", place: "")
  }

  // MARK: Patterns

  private typealias Condition = WrittenType.Condition

  private static func pattern(
    _ type: RecipeType, path: [Condition.Step], _ conditions: [Condition]
  ) throws -> BytePattern {
    switch type {
    case .bool: return .either([.literal("true"), .literal("false")])
    case .int: return few(path, conditions) ?? integer
    case .float: return .sequence([integer, .optional(fraction)])
    case .text: return text
    case .choice(let texts):
      return .either(texts.map { .literal(JSONValue.text($0).compact) })
    case .optional(let inner):
      return .either([.literal("null"), try pattern(inner, path: path, conditions)])
    case .either(let types):
      return .either(try types.map { try pattern($0, path: path, conditions) })
    case .list(let element):
      return list(try pattern(element, path: path + [.each], conditions))
    case .record(let fields): return try record(fields, path: path, conditions)
    case .none, .path, .quantity, .function, .row, .column, .rowType, .data, .tensor, .opaque, .any,
      .unknown:
      throw ShapeError(type: type)
    }
  }

  private static func record(
    _ fields: [RecordField], path: [Condition.Step], _ conditions: [Condition]
  ) throws -> BytePattern {
    let parts = try fields.enumerated().flatMap { place, field in
      let label = (place == 0 ? "" : ", ") + JSONValue.text(field.label).compact + ": "
      return [
        BytePattern.literal(label),
        try pattern(field.type, path: path + [.field(field.label)], conditions),
      ]
    }
    return .sequence([.literal("{")] + parts + [.literal("}")])
  }

  private static func list(_ item: BytePattern) -> BytePattern {
    .sequence([
      .literal("["),
      .optional(.sequence([item, .repeated(.sequence([.literal(", "), item]))])), .literal("]"),
    ])
  }

  /// Whole numbers that conditions leave, where those are few and lie near zero: a rating in 1...5.
  private static func few(_ path: [Condition.Step], _ conditions: [Condition]) -> BytePattern? {
    let own = conditions.filter { $0.path == path }
    guard !own.isEmpty else { return nil }
    let fitting = (-1_000...1_000).filter { number in
      own.allSatisfy { (try? $0.test.function(.int(number))) == .bool(true) }
    }
    guard let first = fitting.first, let last = fitting.last, first > -1_000, last < 1_000 else {
      return nil
    }
    return .either(fitting.map { .literal("\($0)") })
  }

  private static let digit = BytePattern.byte([0x30...0x39])
  /// Up to 18 digits, which all fit a 64-bit integer.
  private static let integer = BytePattern.sequence([
    .optional(.literal("-")),
    .either([.literal("0"), .sequence([.byte([0x31...0x39]), .upTo(17, digit)])]),
  ])
  private static let fraction = BytePattern.sequence([.literal("."), digit, .upTo(8, digit)])

  /// Well-formed UTF-8 (Unicode 16, table 3-7) without control characters, and short escapes.
  private static let text: BytePattern = {
    let rest = BytePattern.byte([0x80...0xBF])
    func long(_ first: ClosedRange<UInt8>, _ second: ClosedRange<UInt8>, _ more: Int)
      -> BytePattern
    {
      .sequence([.byte([first]), .byte([second])] + Array(repeating: rest, count: more))
    }
    let character = BytePattern.either([
      .byte([0x20...0x21, 0x23...0x5B, 0x5D...0x7E]),
      .sequence([.literal("\\"), .either("\"\\/bfnrt".map { .literal(String($0)) })]),
      .sequence([.byte([0xC2...0xDF]), rest]),
      long(0xE0...0xE0, 0xA0...0xBF, 1), long(0xE1...0xEC, 0x80...0xBF, 1),
      long(0xED...0xED, 0x80...0x9F, 1), long(0xEE...0xEF, 0x80...0xBF, 1),
      long(0xF0...0xF0, 0x90...0xBF, 2), long(0xF1...0xF3, 0x80...0xBF, 2),
      long(0xF4...0xF4, 0x80...0x8F, 2),
    ])
    return .sequence([.literal("\""), .repeated(character), .literal("\"")])
  }()
}

/// A type that no JSON can hold.
public struct ShapeError: Error, Sendable, CustomStringConvertible {
  public let type: RecipeType
  public var description: String {
    "answers cannot be of type \(type)\n"
      + "  A record of Text, Int, Float, Bool, choices, lists and records can be asked for."
  }
}
