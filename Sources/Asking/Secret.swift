import Foundation
import Vocabulary

/// A handle of something that may not be seen, such as the key of an account.
///
/// It holds a name only. What stands behind the name is read from the environment at the moment of
/// use, so that no plan, key, message or result can hold it.
public struct Secret: OpaqueValue, RecipeValue {
  public static let typeName = "Secret"
  public let name: String

  public var canonical: String { name }
  public var display: Display { .text("secret \(name)") }

  func reveal() throws -> String {
    let value = ProcessInfo.processInfo.environment[name] ?? ""
    guard !value.isEmpty else {
      throw EndpointError(
        problem: "the secret \(name) is not set",
        advice: "Set it in the environment of roux: export \(name)=…")
    }
    return value
  }
}

extension Vocabulary.Primitive {
  public static let secret = Vocabulary.Primitive(
    "secret", "A handle of a secret of the environment; it is never shown and never kept.",
    in: .generation,
    examples: [#"endpoint("http://127.0.0.1:1/v1", model: "m", key: secret("KEY"))"#],
    Parameter<String>.subject("name", "The name of the environment variable.")
  ) { _, name in
    Secret(name: name)
  }
}

extension String {
  /// The text without a secret that somebody put into it, as servers do that quote a wrong key.
  func hiding(_ secret: String?) -> String {
    guard let secret, !secret.isEmpty else { return self }
    return replacing(secret, with: "•••")
  }
}
