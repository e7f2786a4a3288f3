// Numbers as people write them.

import Foundation

/// Counts, sizes, durations and measures in few characters, always with a point and commas.
public enum ReadableNumber {
  /// `1,234,567`.
  public static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return value < 0 ? "-" + text : text
  }

  /// Three digits and a letter: `999`, `41.2 k`, `1.50 M`.
  public static func short(_ value: Double) -> String {
    scaled(value, base: 1000, units: ["", " k", " M", " G", " T", " P"])
  }

  /// Bytes in powers of 1000: `9.30 GB`, `512 B`.
  public static func bytes(_ value: Int) -> String {
    scaled(Double(value), base: 1000, units: [" B", " kB", " MB", " GB", " TB", " PB"])
  }

  /// `0:07`, `9:12`, `1:09:12`, `3 d 04:00`; rounded to whole seconds.
  public static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "–" }
    let total = Int(max(0, seconds).rounded())
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    if hours >= 24 { return "\(hours / 24) d \(two(hours % 24)):\(two(minutes))" }
    if hours > 0 { return "\(hours):\(two(minutes)):\(two(rest))" }
    return "\(minutes):\(two(rest))"
  }

  /// A measure with `digits` significant digits: `1.83`, `0.00120`, `2.00e-05`.
  public static func measure(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    if value == 0 { return "0" }
    let exponent = Int(floor(log10(abs(value))))
    if exponent < -4 || exponent >= 7 { return String(format: "%.\(digits - 1)e", value) }
    let text = String(format: "%.\(max(0, digits - 1 - exponent))f", value)
    guard exponent >= 3, let whole = Int(text) else { return text }
    return count(whole)
  }

  /// A whole per cent; 100 % only when all is done.
  public static func percent(_ done: Int, of total: Int) -> String {
    guard total > 0 else { return "– %" }
    let share = 100 * Double(done) / Double(total)
    return "\(done < total ? min(99, Int(share)) : 100) %"
  }

  private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  private static func scaled(_ value: Double, base: Double, units: [String]) -> String {
    guard value.isFinite else { return measure(value) + (units.first ?? "") }
    var (rest, unit) = (value, 0)
    while abs(rest) >= base - 0.5, unit + 1 < units.count { (rest, unit) = (rest / base, unit + 1) }
    let isWhole = unit == 0 && rest == rest.rounded()
    let size = abs(rest)
    let decimals = isWhole || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2
    return String(format: "%.\(decimals)f", rest) + units[unit]
  }
}
