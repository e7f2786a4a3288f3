// Published texts with their ids, and what they decode to.
import Foundation
import TestSupport
import Testing
import Tokenizers

struct Vectors: Decodable {
  struct Case: Decodable {
    var text: String
    var ids: [Int32]
    var decoded: String
  }

  var cases: [Case]

  init(_ path: String) throws {
    let url = try #require(SharedFiles.file(path))
    self = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: url))
  }
}

/// Which ids a file of vectors was made with.
struct Convention {
  var addSpecial = false
  var recogniseSpecial = true
  var skipSpecial = false
}

extension Vectors {
  /// Compares every case, and says which text failed.
  func check(_ tokenizer: Tokenizer, _ convention: Convention = Convention()) {
    #expect(!cases.isEmpty)
    for vector in cases {
      let ids = tokenizer.encode(
        vector.text, addSpecial: convention.addSpecial,
        recogniseSpecial: convention.recogniseSpecial)
      #expect(ids == vector.ids, "encoding \(vector.text.debugDescription)")
      let decoded = tokenizer.decode(vector.ids, skipSpecial: convention.skipSpecial)
      #expect(
        Array(decoded.utf8) == Array(vector.decoded.utf8),
        "decoding \(vector.text.debugDescription) gave \(decoded.debugDescription)")
    }
  }
}

/// A file that must be there, in tests that are skipped where it is not.
func shared(_ path: String) throws -> URL { try #require(SharedFiles.file(path)) }

func isShared(_ paths: String...) -> Bool {
  paths.allSatisfy { SharedFiles.file($0) != nil }
}
