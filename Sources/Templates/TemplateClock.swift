import Foundation

/// The moment that `strftime_now` tells.
///
/// It is given, never read: the same input renders the same.
public struct TemplateClock: Hashable, Sendable {
  public var year: Int
  public var month: Int
  public var day: Int
  public var hour: Int
  public var minute: Int
  public var second: Int

  public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
  }

  /// The moment as a clock in that zone shows it.
  public init(_ date: Date, in zone: TimeZone = .gmt) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let parts = calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second], from: date)
    self.init(
      year: parts.year ?? 1970, month: parts.month ?? 1, day: parts.day ?? 1,
      hour: parts.hour ?? 0, minute: parts.minute ?? 0, second: parts.second ?? 0)
  }

  /// The first second of 2025: for runs that name no moment.
  public static let fixed = TemplateClock(year: 2025, month: 1, day: 1)

  /// As C's `strftime` in the C locale; codes it does not know stay as they are.
  func formatted(_ format: String) -> String {
    var result = ""
    var rest = Substring(format)
    while let character = rest.popFirst() {
      guard character == "%", let code = rest.popFirst() else {
        result.append(character)
        continue
      }
      if code == "-", let code = rest.popFirst() {
        let text = field(code) ?? "%-\(code)"
        let short = text.drop { $0 == "0" }
        result += short.isEmpty ? "0" : short
      } else {
        result += field(code) ?? "%\(code)"
      }
    }
    return result
  }

  private func field(_ code: Character) -> String? {
    switch code {
    case "Y": String(year)
    case "y": padded(year % 100)
    case "m": padded(month)
    case "d": padded(day)
    case "e": day < 10 ? " \(day)" : String(day)
    case "H": padded(hour)
    case "I": padded((hour + 11) % 12 + 1)
    case "M": padded(minute)
    case "S": padded(second)
    case "p": hour < 12 ? "AM" : "PM"
    case "j": padded(dayOfYear, 3)
    case "B": Self.months[(month + 11) % 12]
    case "b", "h": String(Self.months[(month + 11) % 12].prefix(3))
    case "A": Self.weekdays[weekday]
    case "a": String(Self.weekdays[weekday].prefix(3))
    case "w": String(weekday)
    case "F": "\(year)-\(padded(month))-\(padded(day))"
    case "T": "\(padded(hour)):\(padded(minute)):\(padded(second))"
    case "R": "\(padded(hour)):\(padded(minute))"
    case "D": "\(padded(month))/\(padded(day))/\(padded(year % 100))"
    case "n": "\n"
    case "t": "\t"
    case "%": "%"
    default: nil
    }
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  private func padded(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// Days since 1 March of year 0, as Hinnant counts them.
  private func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  }

  private var dayOfYear: Int { days(year, month, day) - days(year, 1, 1) + 1 }
  private var weekday: Int { ((days(year, month, day) + 3) % 7 + 7) % 7 }
}
