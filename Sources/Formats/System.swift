import Foundation

/// What the system says about an error number.
func systemMessage(_ code: Int32) -> String {
  String(cString: strerror(code))
}

/// Repeats a system call that a signal interrupted.
func uninterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}
