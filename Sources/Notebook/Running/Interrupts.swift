// Ctrl-C: the first asks stages to pause with a checkpoint, a second within two seconds ends.

import Foundation
import Synchronization

/// What Ctrl-C means for the program: there is one keyboard, so there is one of these.
public enum Interrupts {
  /// Nanoseconds between two that mean: at once.
  private static let window: UInt64 = 2_000_000_000

  private static let isAskedFlag = Atomic(false)
  private static let isRunningFlag = Atomic(false)
  private static let last = Atomic<UInt64>(0)
  /// Whether a progress line may stand where the handler writes.
  private static let isMovable = Atomic(false)

  /// Whether somebody asked for a pause since the last `during`.
  public static var isAsked: Bool { isAskedFlag.load(ordering: .relaxed) }

  /// Listens from now on; a read that waits for input is broken off by an interrupt.
  public static func listen() {
    // Initialised here and not in the handler, where nothing may be allocated.
    _ = (isAsked, isRunningFlag.load(ordering: .relaxed), last.load(ordering: .relaxed))
    isMovable.store(OutputChannel.messages.isMovable, ordering: .relaxed)
    _ = EchoingTerminal.isQuiet.load(ordering: .relaxed)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in Interrupts.interrupted() }
    sigemptyset(&action.sa_mask)
    action.sa_flags = 0
    sigaction(SIGINT, &action, nil)
  }

  /// Runs stages that look at `isAsked`.
  public static func during<Result>(_ body: () throws -> Result) rethrows -> Result {
    isAskedFlag.store(false, ordering: .relaxed)
    last.store(0, ordering: .relaxed)
    isRunningFlag.store(true, ordering: .relaxed)
    EchoingTerminal.setEcho(false)
    defer {
      isRunningFlag.store(false, ordering: .relaxed)
      EchoingTerminal.setEcho(true)
    }
    return try body()
  }

  /// Called by the signal: only what is safe there.
  private static func interrupted() {
    guard isRunningFlag.load(ordering: .relaxed) else { return }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let now = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    let before = last.exchange(now, ordering: .relaxed)
    if before != 0, now - before < window {
      EchoingTerminal.setEcho(true)
      say("\r\n")
      _exit(130)
    }
    isAskedFlag.store(true, ordering: .relaxed)
    if isMovable.load(ordering: .relaxed) { say("\r\u{1B}[K") }
    say("pausing · ^C again ends at once\n")
  }

  private static func say(_ text: StaticString) {
    _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }
}

/// Whether keys pressed while a stage runs are written into its progress line.
enum EchoingTerminal {
  static let isQuiet = Atomic(false)

  /// Safe in a signal handler.
  static func setEcho(_ echoes: Bool) {
    guard isQuiet.load(ordering: .relaxed) == echoes else { return }
    var modes = termios()
    guard tcgetattr(STDIN_FILENO, &modes) == 0 else { return }
    if echoes { modes.c_lflag |= UInt32(ECHO) } else { modes.c_lflag &= ~UInt32(ECHO) }
    // A background job may not change the terminal, and must not be stopped for trying.
    guard tcgetpgrp(STDIN_FILENO) == getpgrp() else { return }
    tcsetattr(STDIN_FILENO, TCSANOW, &modes)
    isQuiet.store(!echoes, ordering: .relaxed)
  }
}
