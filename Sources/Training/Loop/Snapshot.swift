import Formats
import Foundation
import Tensors
import Vocabulary

/// All that a run needs to go on as if it had never stopped.
///
/// The data order, dropout and the schedule follow from the number of steps done, so parameters,
/// both moments and the losses so far are enough. Written under a temporary name, then renamed.
package struct Snapshot: Sendable {
  package var parameters: [String: Weight]
  package var moments: [String: Moments]
  package var history: [Double]
  /// What else was told of each step, by name.
  package var curves: [String: [Double]] = [:]
  /// The stage that it belongs to: several may share a folder where nothing is stored.
  package var key = ""
  /// How long the run has trained, for budgets of time.
  package var seconds = 0.0

  private static let name = "snapshot.safetensors"

  package func write(to folder: Folder) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var all: [String: Weight] = [:]
    for (name, weight) in parameters { all["parameter/\(name)"] = weight }
    for (name, moments) in moments { all.merge(moments.parts(of: name)) { $1 } }
    var metadata = ["losses": Self.bits(history), "key": key, "seconds": "\(seconds)"]
    for (name, values) in curves { metadata["curve.\(name)"] = Self.bits(values) }
    try SafetensorsWriter.write(all, to: folder.appending(path: Self.name), metadata: metadata)
  }

  /// nil where no run of the stage was interrupted.
  package static func read(from folder: Folder, key: String = "") throws -> Snapshot? {
    let url = folder.appending(path: name)
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    do {
      let file = try SafetensorsFile(opening: url)
      guard let losses = file.metadata["losses"], file.metadata["key"] != nil else {
        throw Mismatch(problem: "it does not say where the run stood")
      }
      return file.metadata["key"] == key ? try Snapshot(file, losses: losses) : nil
    } catch {
      throw TrainingError(
        problem: "the snapshot of the interrupted run cannot be used: \(error)",
        advice: "Delete \(url.path) to start this training from its first step.")
    }
  }

}

extension Snapshot {
  /// Numbers to the last bit.
  private static func bits(_ numbers: [Double]) -> String {
    numbers.map { String($0.bitPattern, radix: 16) }.joined(separator: " ")
  }

  private static func numbers(_ bits: String) throws -> [Double] {
    let words = bits.split(separator: " ")
    let numbers = words.compactMap { UInt64($0, radix: 16).map(Double.init(bitPattern:)) }
    guard numbers.count == words.count else { throw Mismatch(problem: "its losses are no numbers") }
    return numbers
  }

  private init(_ file: SafetensorsFile, losses: String) throws {
    (parameters, moments) = ([:], [:])
    for entry in file.names where entry.hasPrefix("parameter/") {
      let name = String(entry.dropFirst("parameter/".count))
      parameters[name] = try file.copy(entry)
      moments[name] = try Moments(of: name, in: file)
    }
    history = try Self.numbers(losses)
    for (name, bits) in file.metadata where name.hasPrefix("curve.") {
      let values = try Self.numbers(bits)
      guard values.count == history.count else {
        throw Mismatch(problem: "it has another number of losses than of `\(name)`")
      }
      curves[String(name.dropFirst("curve.".count))] = values
    }
    key = file.metadata["key"] ?? ""
    seconds = file.metadata["seconds"].flatMap(Double.init) ?? 0
  }

  /// Refuses a snapshot whose numbers are not those of the parameters that are trained.
  func check(against fresh: [String: Weight]) throws {
    for name in Set(fresh.keys).union(parameters.keys).sorted() {
      let found = parameters[name]?.shape
      guard let weight = fresh[name], found == weight.shape,
        moments[name]?.fit(weight) ?? true
      else {
        throw TrainingError(
          problem: "the snapshot of the interrupted run has `\(name)` as \(found ?? []), "
            + "but the run trains \(fresh[name].map { "\($0.shape)" } ?? "no such parameter")",
          advice: "Delete the snapshot to start this training from its first step.")
      }
    }
  }

  struct Mismatch: Error, CustomStringConvertible {
    let problem: String
    var description: String { problem }
  }
}

extension Moments {
  fileprivate enum Place: String { case first, second }

  /// The tensors that hold the moments of a parameter, by their names in a snapshot.
  fileprivate func parts(of name: String) -> [String: Weight] {
    switch self {
    case .full(let first, let second): ["first/\(name)": first, "second/\(name)": second]
    case .packed(let first, let second):
      [
        "first.codes/\(name)": first.codes, "first.scales/\(name)": first.scales,
        "second.codes/\(name)": second.codes, "second.scales/\(name)": second.scales,
      ]
    }
  }

  /// nil where the parameter had no update yet.
  fileprivate init?(of name: String, in file: SafetensorsFile) throws {
    func packed(_ place: Place) throws -> PackedMoment {
      PackedMoment(
        codes: try file.copy("\(place).codes/\(name)"),
        scales: try file.copy("\(place).scales/\(name)"))
    }
    if file.names.contains("first/\(name)") {
      self = .full(
        first: try file.copy("first/\(name)"), second: try file.copy("second/\(name)"))
    } else if file.names.contains("first.codes/\(name)") {
      self = .packed(first: try packed(.first), second: try packed(.second))
    } else {
      return nil
    }
  }

  fileprivate func fit(_ parameter: Weight) -> Bool {
    switch self {
    case .full(let first, let second):
      first.shape == parameter.shape && second.shape == parameter.shape
    case .packed(let first, let second):
      first.fits(count: parameter.count) && second.fits(count: parameter.count)
    }
  }
}

extension SafetensorsFile {
  /// A weight in memory of its own, to be changed in place.
  fileprivate func copy(_ name: String) throws -> Weight { try weight(name).copied() }
}
