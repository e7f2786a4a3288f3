/// Where every value of a program lives: offsets into one arena, or memory that outlives a step.
struct Layout {
  enum Place: Hashable {
    case arena(offset: Int)
    case input(String)
    case parameter(String)
    case constant(Float)
    case state(String)
    case gradient(String)
  }

  /// Memory that is allocated once per execution.
  struct Persistent {
    let place: Place
    let signature: Signature
    let bytes: Int
  }

  private(set) var places: [Place?]
  private(set) var persistent: [Persistent] = []
  private(set) var arenaBytes = 0
  let scratchBytesPerWorker: Int

  var persistentBytes: Int { persistent.reduce(0) { $0 + $1.bytes } }

  init(_ program: Program, _ bounds: [Axis: Int]) {
    places = [Place?](repeating: nil, count: program.values.count)
    let scratch = program.nodes.map { $0.operation.scratchBytes(program.sizes(of: $0, bounds)) }
    scratchBytesPerWorker = ScratchMemory.rounded(scratch.max() ?? 0)
    placeLeaves(program, bounds)
    placeResults(program, bounds)
  }

  private mutating func placeLeaves(_ program: Program, _ bounds: [Axis: Int]) {
    let used = Set(program.nodes.flatMap(\.inputs) + program.outputs)
    for (id, value) in program.values.enumerated() where used.contains(id) {
      guard let place = Place(value.origin) else { continue }
      places[id] = place
      if case .parameter = place { continue }
      let bytes = Layout.bytes(value.signature, bounds)
      persistent.append(Persistent(place: place, signature: value.signature, bytes: bytes))
    }
  }

  private mutating func placeResults(_ program: Program, _ bounds: [Axis: Int]) {
    var buffers = Buffers(program, bounds)
    buffers.collect()
    let offsets = buffers.packed()
    arenaBytes = offsets.bytes
    for node in program.nodes {
      for id in node.outputs {
        switch buffers.owner(of: id) {
        case .leaf(let leaf): places[id] = places[leaf]
        case .buffer(let buffer): places[id] = .arena(offset: offsets.offsets[buffer])
        }
      }
    }
  }

  /// The bytes of a value at its largest, in whole cache lines.
  static func bytes(_ signature: Signature, _ bounds: [Axis: Int]) -> Int {
    (signature.shape.dimensions(in: bounds).count * 4 + 63) / 64 * 64
  }
}

extension Layout.Place {
  var inputName: String? { if case .input(let name) = self { name } else { nil } }

  init?(_ origin: Graph.Origin) {
    switch origin {
    case .input(let name): self = .input(name)
    case .parameter(let name, trainable: _): self = .parameter(name)
    case .constant(let value): self = .constant(value)
    case .state(let name): self = .state(name)
    case .gradient(of: let name): self = .gradient(name)
    case .result: return nil
    }
  }
}

/// Which values share a piece of the arena, and from which node to which it is in use.
struct Buffers {
  enum Owner {
    case buffer(Int)
    case leaf(Int)
  }
  private struct Buffer {
    let bytes: Int
    let first: Int
    var last: Int
  }

  private let program: Program
  private let bounds: [Axis: Int]
  private var owners: [Int: Owner] = [:]
  private var buffers: [Buffer] = []
  private var lastUse: [Int]

  init(_ program: Program, _ bounds: [Axis: Int]) {
    self.program = program
    self.bounds = bounds
    lastUse = [Int](repeating: -1, count: program.values.count)
    for (index, node) in program.nodes.enumerated() {
      for id in node.inputs + node.outputs { lastUse[id] = max(lastUse[id], index) }
    }
    for id in program.outputs { lastUse[id] = program.nodes.count }
  }

  func owner(of id: Int) -> Owner { owners[id] ?? .leaf(id) }

  mutating func collect() {
    for (index, node) in program.nodes.enumerated() {
      for (output, id) in node.outputs.enumerated() {
        owners[id] = home(of: id, output: output, node, index)
        if case .buffer(let buffer)? = owners[id] {
          buffers[buffer].last = max(buffers[buffer].last, lastUse[id])
        }
      }
    }
  }

  private mutating func home(of id: Int, output: Int, _ node: Graph.Node, _ index: Int) -> Owner {
    if output == 0, let alias = node.operation.alias { return owner(of: node.inputs[alias]) }
    let bytes = Layout.bytes(program.values[id].signature, bounds)
    if output == 0, let reused = reusable(node, index, program.values[id].signature) {
      return .buffer(reused)
    }
    buffers.append(Buffer(bytes: bytes, first: index, last: lastUse[id]))
    return .buffer(buffers.count - 1)
  }

  /// The buffer of an input that nobody needs after this node, if the operation may write over it.
  private func reusable(_ node: Graph.Node, _ index: Int, _ signature: Signature) -> Int? {
    for input in node.operation.overwritable {
      let id = node.inputs[input]
      guard case .buffer(let buffer) = owner(of: id), buffers[buffer].last == index,
        program.values[id].signature == signature
      else { continue }
      return buffer
    }
    return nil
  }

  /// Offsets such that buffers in use at the same time do not overlap: the largest is placed
  /// first, each in the tightest gap between those already there.
  func packed() -> (offsets: [Int], bytes: Int) {
    var offsets = [Int](repeating: 0, count: buffers.count)
    var placed: [Int] = []
    var bytes = 0
    let order = buffers.indices.sorted {
      (buffers[$1].bytes, buffers[$0].first, $0) < (buffers[$0].bytes, buffers[$1].first, $1)
    }
    for index in order {
      let buffer = buffers[index]
      var taken: [Range<Int>] = []
      for other in placed
      where buffers[other].first <= buffer.last && buffer.first <= buffers[other].last {
        taken.append(offsets[other]..<offsets[other] + buffers[other].bytes)
      }
      offsets[index] = Buffers.tightestGap(for: buffer.bytes, among: taken)
      placed.append(index)
      bytes = max(bytes, offsets[index] + buffer.bytes)
    }
    return (offsets, bytes)
  }

  private static func tightestGap(for bytes: Int, among taken: [Range<Int>]) -> Int {
    var end = 0
    var best: (gap: Int, offset: Int)?
    for range in taken.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      let gap = range.lowerBound - end
      if gap >= bytes, gap < best?.gap ?? .max { best = (gap, end) }
      end = max(end, range.upperBound)
    }
    return best?.offset ?? end
  }
}
