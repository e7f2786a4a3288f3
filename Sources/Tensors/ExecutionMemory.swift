/// The memory of an execution: the arena, what outlives a step, and the weights.
final class ExecutionMemory {
  private let arena: Storage
  private let signatures: [Layout.Place: Signature]
  private let persistent: [Layout.Place: Storage]
  private let weights: [String: Weight]
  private var missingInputs: Set<String>

  init(_ plan: Plan, _ weights: [String: Weight]) throws {
    arena = Storage(zeroedBytes: plan.layout.arenaBytes)
    self.weights = weights.mapValues(\.vectorAsFloats)
    var persistent: [Layout.Place: Storage] = [:]
    var signatures: [Layout.Place: Signature] = [:]
    for piece in plan.layout.persistent {
      let storage = Storage(zeroedBytes: piece.bytes)
      if case .constant(let value) = piece.place {
        storage.bytes.storeBytes(of: value, as: Float.self)
      }
      persistent[piece.place] = storage
      signatures[piece.place] = piece.signature
    }
    self.persistent = persistent
    missingInputs = Set(signatures.keys.compactMap(\.inputName))
    self.signatures = signatures
    try checkWeights(plan)
    try checkUses(plan)
  }

  private func checkWeights(_ plan: Plan) throws {
    for (id, place) in plan.layout.places.enumerated() {
      guard case .parameter(let name)? = place else { continue }
      let expected = plan.program.values[id].signature.shape.dimensions(in: [:])
      guard let weight = weights[name] else {
        throw BindingError(
          name: name, found: "no weight", expected: "one for this parameter of the graph")
      }
      guard weight.dimensions == expected else {
        throw BindingError(
          name: name, found: "a weight of shape \(weight.shape)",
          expected: "\(expected.rows) rows of \(expected.columns)")
      }
      if case .parameter(_, trainable: true) = plan.program.values[id].origin, weight.type != .f32 {
        throw BindingError(
          name: name, found: "\(weight.type.rawValue) numbers",
          expected: "f32 for a trainable parameter; convert it first")
      }
    }
  }

  /// A kernel that cannot read packed numbers must not meet them.
  private func checkUses(_ plan: Plan) throws {
    for node in plan.program.nodes {
      for (index, id) in node.inputs.enumerated() {
        guard case .parameter(let name)? = plan.layout.places[id],
          let type = weights[name]?.type, type != .f32,
          !node.operation.packedInputs.contains(index)
        else { continue }
        throw BindingError(
          name: name, found: "\(type.rawValue) numbers",
          expected: "f32, for `\(node.operation.name)` cannot read others; convert it first")
      }
    }
  }

  var allocatedBytes: Int {
    persistent.values.reduce(arena.bytes.count) { $0 + $1.bytes.count }
  }

  var touchedArenaBytes: Int { (arena.bytes.lastIndex { $0 != 0 } ?? -1) + 1 }

  func operand(_ place: Layout.Place?, _ signature: Signature, _ dimensions: Dimensions) -> Operand
  {
    switch place {
    case .arena(let offset):
      return Operand(
        address: address(arena) + offset, type: signature.type, dimensions: dimensions)
    case .parameter(let name):
      guard let weight = weights[name] else { preconditionFailure("`\(name)` was not bound") }
      return Operand(
        address: address(weight.storage) + weight.byteOffset, type: weight.type,
        dimensions: dimensions)
    case .some(let place):
      guard let storage = persistent[place] else { preconditionFailure("no memory for \(place)") }
      return Operand(address: address(storage), type: signature.type, dimensions: dimensions)
    case nil: preconditionFailure("a value of \(signature) is not part of the plan")
    }
  }

  private func address(_ storage: Storage) -> UnsafeMutableRawPointer {
    guard let base = storage.bytes.baseAddress else { preconditionFailure("empty memory") }
    return base
  }

  /// Numbers given for other lengths are no numbers for this step.
  func forgetRaggedInputs() {
    for (place, signature) in signatures {
      guard let name = place.inputName else { continue }
      if signature.shape.extents.contains(where: { $0.axis != nil }) { missingInputs.insert(name) }
    }
  }

  /// An input keeps its numbers from step to step, but it must have had some.
  func requireInputs() throws {
    guard let name = missingInputs.min() else { return }
    let expected = signatures[.input(name)].map { "numbers of shape \($0)" } ?? "numbers"
    throw BindingError(name: name, found: "nothing", expected: "\(expected) for this step")
  }

  func write(_ data: InputData, to name: String, _ lengths: [Axis: Int]) throws {
    let place = Layout.Place.input(name)
    // An input that nothing depends on has no memory, and needs none.
    guard let storage = persistent[place], let signature = signatures[place] else { return }
    let count = signature.shape.dimensions(in: lengths).count
    switch (data, signature.type) {
    case (.floats(let numbers), .f32):
      try copy(numbers, count, name, storage)
    case (.integers(let numbers), .i32):
      try copy(numbers, count, name, storage)
    case (.floats, _), (.integers, _):
      throw BindingError(name: name, found: "numbers of another type", expected: "\(signature)")
    }
    missingInputs.remove(name)
  }

  private func copy<T>(_ numbers: [T], _ count: Int, _ name: String, _ storage: Storage) throws {
    guard numbers.count == count else {
      throw BindingError(
        name: name, found: "\(numbers.count) numbers", expected: "\(count) in this step")
    }
    numbers.withUnsafeBytes { storage.bytes.copyMemory(from: $0) }
  }

  /// Memory that outlives a step, at its largest size.
  func weight(at place: Layout.Place) -> Weight? {
    guard let storage = persistent[place], let signature = signatures[place] else { return nil }
    let fixed = signature.shape.extents.compactMap {
      if case .fixed(let count) = $0 { count } else { nil }
    }
    let width = fixed.count == signature.shape.rank ? 1 : fixed.reduce(1, *)
    let shape =
      fixed.count == signature.shape.rank
      ? fixed
      : [storage.bytes.count / 4 / max(1, width)] + (signature.shape.rank > 1 ? [width] : [])
    return Weight(shape: shape, type: signature.type, storage: storage)
  }
}

extension Weight {
  /// Gains and biases are small, and kernels want them as f32; matrices stay as they are.
  var vectorAsFloats: Weight {
    guard shape.count < 2, type != .f32, let source = bytes.baseAddress else { return self }
    var floats = [Float](repeating: 0, count: count)
    floats.withUnsafeMutableBufferPointer { target in
      if let target = target.baseAddress { type.unpack(count, from: source, into: target) }
    }
    return Weight(shape: shape, floats: floats)
  }

  var dimensions: Dimensions {
    Dimensions(rows: shape.first ?? 1, columns: shape.dropFirst().reduce(1, *))
  }
}
