import Foundation
import Syntax

/// Gives the recipe at an absolute path, or nil where none can be read.
public struct RecipeReader: Sendable {
  public let read: @Sendable (_ path: String) -> SourceText?

  public init(_ read: @escaping @Sendable (_ path: String) -> SourceText?) { self.read = read }

  /// What the files hold.
  public static let files = RecipeReader { path in
    FileManager.default.contents(atPath: path).map { bytes in
      SourceText(name: URL(filePath: path).lastPathComponent, bytes: Array(bytes))
    }
  }
}
