// Turns calls and operations into values where they can be had at once, else into stages.

import Files
import Foundation
import Store
import Synchronization
import Vocabulary

/// The stages of a session, each known by its key: equal work is one stage.
final class StageGraph: Sendable {
  private let stages = Mutex<[String: (stage: Stage, parts: String)]>([:])
  private let digests = Mutex<[String: (facts: FileFacts, digest: String)]>([:])
  private let outlines = Mutex<[ObjectIdentifier: any Outline]>([:])
  private let seedText: String
  /// The folder of the recipe that is run; imported ones may lie elsewhere.
  private let root: Folder
  private let files: FileIdentity

  /// What a file is to the keys of stages that read it.
  enum FileIdentity {
    /// What it holds, wherever it lies.
    case byContent
    /// Where it lies: for graphs that are looked at and never run, so that no file is read for them.
    case byPlace
  }

  init(seed: UInt64, root: Folder, files: FileIdentity = .byContent) {
    seedText = "\(seed)"
    self.root = root
    self.files = files
  }

  /// What is known of the result of a stage before it has run.
  func outline(of stage: Stage) -> (any Outline)? {
    outlines.withLock { $0[ObjectIdentifier(stage)] }
  }

  func note(_ outline: any Outline, of stage: Stage) {
    outlines.withLock { $0[ObjectIdentifier(stage)] = outline }
  }

  /// What went into the key of a stage, one part a line.
  func parts(of key: String) -> String? { stages.withLock { $0[key]?.parts } }

  /// The result of a pure call on values that are there, else a stage.
  func call(
    _ primitive: Primitive, _ arguments: Record, type: RecipeType, label: String,
    in context: RunContext
  ) throws -> Value {
    if primitive.cost == .pure && !arguments.values.contains(where: \.isDeferred) {
      return try primitive.run(arguments, in: context)
    }
    let arguments = try primitive.narrowing?(arguments) ?? arguments
    let text = keyText(primitive, arguments, in: context)
    let placed = context.directory == root ? arguments : anchored(arguments, primitive, context)
    return .deferred(stage(.call(primitive, arguments: placed), text, type: type, label: label))
  }

  func operation(_ operation: RecipeOperation, _ operands: [Value], type: RecipeType) throws
    -> Value
  {
    guard operands.contains(where: \.isDeferred) else { return try operation.applied(to: operands) }
    let parts = ["operation \(operation.rawValue)"] + operands.map(\.canonical)
    return .deferred(stage(.operation(operation, operands), parts, type: type))
  }

  func member(_ name: String, of value: Value, type: RecipeType) throws -> Value {
    switch value {
    case .record(let record):
      guard let part = record[name] else {
        throw Fault("there is no `\(name)`", found: record.columns)
      }
      return part
    case .opaque(let opaque):
      guard let part = try opaque.member(name) else {
        throw Fault("\(opaque.recipeType) has no `\(name)`")
      }
      return part
    case .deferred:
      return .deferred(
        stage(.member(value, name), ["member \(name)", value.canonical], type: type))
    case .none, .bool, .int, .float, .text, .quantity, .list, .type, .function:
      throw Fault("\(value.type.widened) has no `\(name)`")
    }
  }

  func index(_ index: Value, of value: Value, type: RecipeType) throws -> Value {
    switch (value, index) {
    case (.deferred, _), (_, .deferred):
      let parts = ["index", value.canonical, index.canonical]
      return .deferred(stage(.index(value, index), parts, type: type))
    case (.list(let values), .int(let place)):
      let offset = place < 0 ? values.count + place : place
      guard values.indices.contains(offset) else {
        throw Fault(
          "the list has no element \(place)", found: "\(values.count) elements",
          advice: "Elements are counted from 0; from the end, the last is -1.")
      }
      return values[offset]
    case (.record(let record), .text(let name)):
      return try member(name, of: .record(record), type: type)
    default: throw Fault("\(value.type.widened) has no elements")
    }
  }

  func choice(_ condition: Value, _ then: Value, _ otherwise: Value, type: RecipeType) throws
    -> Value
  {
    switch condition {
    case .bool(let flag): return flag ? then : otherwise
    case .deferred:
      let parts = ["choice", condition.canonical, then.canonical, otherwise.canonical]
      return .deferred(
        stage(.choice(condition: condition, then: then, otherwise: otherwise), parts, type: type))
    default: throw Fault("`if` needs a Bool", found: "\(condition.type.widened)")
    }
  }

  /// A function of the language applied to a value, as soon as that is there.
  func apply(_ function: Function, to value: Value, type: RecipeType) throws -> Value {
    guard value.isDeferred else { return try function(value) }
    let parts = ["apply \(function.canonical)", value.canonical]
    return .deferred(stage(.apply(function, value), parts, type: type))
  }

  private func stage(_ work: Stage.Work, _ parts: [String], type: RecipeType) -> Stage {
    stage(work, parts.joined(separator: "\n"), type: type, label: "")
  }

  private func stage(_ work: Stage.Work, _ text: String, type: RecipeType, label: String) -> Stage {
    let key = Digest.sha256(text)
    return stages.withLock { known in
      // Looked up once, whether it is there or comes in: keys are long to hash.
      Self.stage(
        in: &known[key, default: (Stage(key: key, work: work, type: type, label: label), text)])
    }
  }

  private static func stage(in entry: inout (stage: Stage, parts: String)) -> Stage { entry.stage }
}

// MARK: - Keys

extension StageGraph {
  /// The key of a call that is no stage, as one for a row.
  func key(of primitive: Primitive, _ arguments: Record, in context: RunContext) -> String {
    Digest.sha256(keyText(primitive, arguments, in: context))
  }

  /// Name, version, seed and semantic arguments, one a line; those left out count with their
  /// defaults, so that writing a default out changes nothing.
  private func keyText(_ primitive: Primitive, _ arguments: Record, in context: RunContext)
    -> String
  {
    var text = primitive.keyHead
    text.reserveCapacity(64 * (1 + primitive.semanticSlots.count))
    text += seedText
    let readsFiles = primitive.effects.contains(.reads)
    for slot in primitive.semanticSlots {
      let value = arguments[slot.name]
      if readsFiles && slot.type.isPath {
        text += slot.keyLabel
        text += content(of: value ?? slot.fallback ?? .none, in: context)
      } else if let value {
        text += slot.keyLabel
        value.appendCanonical(to: &text)
      } else {
        text += slot.keyLine
      }
    }
    return text
  }

  /// A file is what it holds, not where it lies.
  private func content(of value: Value, in context: RunContext) -> String {
    switch value {
    case .text(let path):
      guard files == .byContent else { return "file at \(context.resolve(path).path)" }
      return digest(of: path, in: context).map { "file \($0)" } ?? value.canonical
    case .list(let values):
      return "[" + values.map { content(of: $0, in: context) }.joined(separator: ",") + "]"
    case .none, .bool, .int, .float, .quantity, .record, .type, .function, .opaque, .deferred:
      return value.canonical
    }
  }

  /// Paths of an imported recipe start at its own folder, but a stage runs in that of the importer.
  ///
  /// What is to be read and is not there stays as it is written: it may be the name of a model
  /// inside the program.
  private func anchored(_ arguments: Record, _ primitive: Primitive, _ context: RunContext)
    -> Record
  {
    var result = arguments
    for slot in primitive.slots where slot.type.isPath {
      guard case .text(let path)? = arguments[slot.name] else { continue }
      let place = context.resolve(path).path
      let isThere = FileManager.default.fileExists(atPath: place)
      if isThere || !primitive.effects.contains(.reads) { result[slot.name] = .text(place) }
    }
    return result
  }

  private func digest(of path: String, in context: RunContext) -> String? {
    let isRelative = !path.hasPrefix("/") && !path.hasPrefix("~/")
    // Put together by hand: many paths are no files, as names of models inside the program.
    let place = isRelative ? "\(context.directory.path)/\(path)" : context.resolve(path).path
    guard let facts = FileFacts(path: place) else { return nil }
    // The date of a folder says nothing about the files in it.
    guard facts.kind == .file else { return try? Digest.sha256(contentOf: context.resolve(path)) }
    if let known = digests.withLock({ $0[place] }), known.facts == facts { return known.digest }
    guard let digest = KnownDigests.shared.digest(of: context.resolve(path)) else { return nil }
    digests.withLock { $0[place] = (facts, digest) }
    return digest
  }
}

extension RecipeType {
  /// Whether values of the type name files.
  var isPath: Bool {
    switch self {
    case .path: true
    case .optional(let type), .list(let type): type.isPath
    case .either(let types): types.contains(where: \.isPath)
    case .none, .bool, .int, .float, .text, .quantity, .record, .choice, .function, .row, .column,
      .rowType, .data, .tensor, .opaque, .any, .unknown:
      false
    }
  }
}
