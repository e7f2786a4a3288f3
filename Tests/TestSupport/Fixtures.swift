import Foundation
import JSON

extension JSONValue {
  /// A file of numbers, read whole.
  public init(file: URL) throws { try self.init(parsing: Array(Data(contentsOf: file))) }

  /// The numbers of a list.
  public var doubles: [Double] { list?.compactMap(\.double) ?? [] }

  /// The token ids of a list.
  public var ids: [Int32] { list?.compactMap(\.int).map(Int32.init) ?? [] }
}
