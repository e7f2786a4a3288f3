import Foundation
import Tensors

/// A new file that appears under its name only when it is complete and on the disk.
///
/// The bytes go to a temporary name beside it, are synced, and the name is moved. So a reader sees
/// the old file or the new one, whatever happens in between.
public struct AtomicFile: ~Copyable {
  private let target: String
  private let temporary: String
  private let descriptor: Int32
  private var pending: [UInt8] = []
  public private(set) var count = 0
  private var finished = false

  private static let bufferSize = 1 << 20

  private init(target: String) throws {
    self.target = target
    temporary = temporaryName(for: target)
    let path = temporary
    descriptor = uninterrupted { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
    guard descriptor >= 0 else {
      throw FormatError.system(
        "cannot be written", path: target, code: errno, advice: "Does the folder exist?")
    }
  }

  /// Writes a file through `body`; if that throws, nothing has happened.
  public static func write(to url: URL, _ body: (inout AtomicFile) throws -> Void) throws {
    var file = try AtomicFile(target: url.path(percentEncoded: false))
    try body(&file)
    try file.finish()
  }

  public static func write(_ data: Data, to url: URL) throws {
    try write(to: url) { try $0.append(data) }
  }

  public mutating func append(_ bytes: some Sequence<UInt8>) throws {
    let before = pending.count
    pending.append(contentsOf: bytes)
    count += pending.count - before
    if pending.count >= Self.bufferSize { try flush() }
  }

  public mutating func append<Number: FixedWidthInteger>(_ number: Number) throws {
    try withUnsafeBytes(of: number.littleEndian) { try append($0) }
  }

  /// The bytes of a weight as they stand in memory.
  public mutating func append(_ weight: Weight) throws {
    try flush()
    try writeAll(UnsafeRawBufferPointer(weight.bytes))
    withExtendedLifetime(weight.storage) {}
    count += weight.byteCount
  }

  /// Zero bytes up to a multiple of `alignment`.
  public mutating func pad(to alignment: Int) throws {
    let rest = count % alignment
    if rest > 0 { try append(repeatElement(0, count: alignment - rest)) }
  }

  private mutating func flush() throws {
    try pending.withUnsafeBytes { try writeAll($0) }
    pending.removeAll(keepingCapacity: true)
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let written = uninterrupted { Foundation.write(descriptor, part.baseAddress, part.count) }
      guard written > 0 else {
        throw FormatError.system("cannot be written", path: target, code: errno)
      }
      rest = rest.dropFirst(written)
    }
  }

  private mutating func finish() throws {
    try flush()
    guard fsync(descriptor) == 0 else {
      throw FormatError.system("cannot be synced to the disk", path: target, code: errno)
    }
    guard rename(temporary, target) == 0 else {
      throw FormatError.system("cannot be put in its place", path: target, code: errno)
    }
    finished = true
    try syncFolder(parent(of: target))
  }

  deinit {
    close(descriptor)
    if !finished { unlink(temporary) }
  }
}

/// A name beside `path` that no other write uses.
func temporaryName(for path: String) -> String {
  let name = path.split(separator: "/").last ?? ""
  let mark = String(UInt64.random(in: 0...UInt64.max), radix: 36)
  return parent(of: path) + "/.\(name).\(mark).partial"
}

func parent(of path: String) -> String {
  URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
}

/// Makes the names in a folder as lasting as the files.
func syncFolder(_ path: String) throws {
  let descriptor = uninterrupted { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
  guard descriptor >= 0 else {
    throw FormatError.system("cannot be opened", path: path, code: errno)
  }
  defer { close(descriptor) }
  // Some file systems cannot sync a folder and say EINVAL; there is nothing more to do there.
  guard fsync(descriptor) == 0 || errno == EINVAL else {
    throw FormatError.system("cannot be synced to the disk", path: path, code: errno)
  }
}
