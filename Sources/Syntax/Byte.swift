/// The bytes that the grammar speaks of.
enum Byte {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let apostrophe = UInt8(ascii: "'")
  static let backslash = UInt8(ascii: "\\")
  static let slash = UInt8(ascii: "/")
  static let openParenthesis = UInt8(ascii: "(")
  static let closeParenthesis = UInt8(ascii: ")")
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")
  static let underscore = UInt8(ascii: "_")
  static let dot = UInt8(ascii: ".")
  static let colon = UInt8(ascii: ":")
  static let percent = UInt8(ascii: "%")
  static let hash = UInt8(ascii: "#")
}

extension UInt8 {
  var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }

  var isHexDigit: Bool {
    isDigit || UInt8(ascii: "a")...UInt8(ascii: "f") ~= self | 0x20 && self < 0x80
  }

  /// An ASCII letter; names are made of these, digits and `_`.
  var isLetter: Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 && self < 0x80
  }

  var isNamePart: Bool { isLetter || isDigit || self == Byte.underscore }

  /// A space that does not end a line.
  var isBlank: Bool { self == Byte.space || self == Byte.tab || self == Byte.carriageReturn }
}
