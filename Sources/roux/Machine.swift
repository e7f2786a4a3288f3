import Foundation

/// The machine that this runs on.
enum Machine {
  /// The bytes that can be had without swapping, as the kernel tells; nil where it does not.
  static var availableBytes: Int? {
    let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)
    let line = text?.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    return kibibytes.map { $0 * 1024 }
  }
}
