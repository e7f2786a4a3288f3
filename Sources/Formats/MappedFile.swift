import Foundation
import Tensors

/// A file as read-only memory.
///
/// Pages come from the disk when they are first read, and the system may drop them again. The
/// mapping lives as long as a weight in it does.
public struct MappedFile: Sendable {
  public let url: URL
  public let storage: Storage

  public var path: String { url.path(percentEncoded: false) }
  public var count: Int { storage.bytes.count }

  public init(opening url: URL) throws {
    let path = url.path(percentEncoded: false)
    let size = try Self.size(of: path)
    self.url = url
    storage = size == 0 ? Self.nothing() : try Self.map(path, size: size)
  }

  /// Asks the system to read the whole file ahead, because all of it is about to be used.
  public func readAhead() {
    guard count > 0 else { return }
    // Advice only: a refusal costs speed, nothing else.
    _ = madvise(storage.bytes.baseAddress, count, Int32(MADV_WILLNEED))
  }

  private static func size(of path: String) throws -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw FormatError.system("cannot be opened", path: path, code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FormatError(path: path, problem: "is a folder or a device, but a file is expected")
    }
    return Int(status.st_size)
  }

  private static func map(_ path: String, size: Int) throws -> Storage {
    let descriptor = uninterrupted { open(path, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else {
      throw FormatError.system("cannot be opened", path: path, code: errno)
    }
    defer { close(descriptor) }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else { throw FormatError.system("cannot be mapped into memory", path: path, code: errno) }
    let bytes = UnsafeMutableRawBufferPointer(start: start, count: size)
    return Storage(bytes: bytes) { munmap(bytes.baseAddress, bytes.count) }
  }

  private static func nothing() -> Storage {
    Storage(bytes: UnsafeMutableRawBufferPointer(start: nil, count: 0)) {}
  }
}
