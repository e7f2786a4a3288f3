import Foundation

/// What the kernel knows of this process.
enum ProcessUse {
  /// The most that was resident since the last `startOver`, in bytes; nil where nobody counts.
  static var peakBytes: Int? { field("VmHWM:") }

  /// Seconds that the threads of this process ran, added up: other load disturbs them least.
  static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Lets the peak count from what is resident now.
  static func startOver() {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    // 5 resets the peak and nothing else (proc_pid_clear_refs(5)).
    try? file.write(contentsOf: Data("5".utf8))
    try? file.close()
  }

  private static func field(_ name: String) -> Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
      return nil
    }
    let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
    let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
    return kilobytes.flatMap { Int($0) }.map { $0 * 1024 }
  }
}
