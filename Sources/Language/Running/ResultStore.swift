import Foundation
import Store
import Vocabulary

/// Where the results of heavy stages outlive the process.
public protocol ResultStore: Sendable {
  func lookup(_ key: String) throws -> Value?
  func has(_ key: String) -> Bool
  func keep(_ value: Value, under key: String, parts: String) throws
  /// Where an unfinished stage keeps its checkpoints.
  func scratch(for key: String) -> Folder
  /// Where answers to model calls are kept, for all stages.
  var calls: Folder { get }
}

extension Store: ResultStore {
  public func has(_ key: String) -> Bool { parts(of: key) != nil }
}
