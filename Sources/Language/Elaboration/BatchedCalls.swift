// Calls of models in row expressions: answered for many rows together.

import Vocabulary

extension Elaborator {
  /// A call as code that asks the board of the stage that it runs in; nil where it is a stage of its
  /// own.
  ///
  /// In a row it depends on the row even if it mentions no column: each row gets its own draws.
  func batched(_ primitive: Primitive, _ found: Elaborated, as type: RecipeType) -> Typed? {
    let (labels, parts) = flattened(found)
    let row = place.row?.slot.map { Code(slot: $0) }
    guard row != nil || parts.contains(where: \.isCode) else { return nil }
    let codes = parts.compactMap(code)
    guard codes.count == parts.count else { return Typed(type, .absent) }
    // What is known now enters the key as it is: a model by the stage that makes it, not by what
    // little a loaded model tells of itself.
    let known = parts.map(\.value)
    let (graph, runs) = (graph, codes.map(\.run))
    let text =
      "\(primitive.name)(" + zip(labels, codes).map { "\($0):\($1.text)" }.joined(separator: ",")
    let setting = place.setting
    let run: @Sendable (Frame) throws -> Value = { frame in
      let values = try runs.map { try $0(frame) }
      let told = Elaborator.arguments(
        primitive, labels, zip(known, values).map { $0 ?? $1 }, restCount: 0)
      guard let board = CallBoard.current else {
        throw Fault("`\(primitive.name)` can only be asked while a stage runs")
      }
      let key = graph.key(of: primitive, told, in: setting.context)
      // A loaded model does not tell all that it is: what it answers counts for this stage alone.
      let isVague = zip(known, values).contains { $0 == nil && $1.isOpaque }
      return try board.answer(
        primitive, key: isVague ? "\(key) in \(board.stage)" : key,
        Elaborator.arguments(primitive, labels, values, restCount: 0), known: told)
    }
    return Typed(
      type, .code(Code(text + ")", from: codes + [row].compactMap(\.self), cost: .heavy, run: run)))
  }
}

extension Typed {
  var isCode: Bool {
    switch form {
    case .code: true
    case .known, .absent: false
    }
  }
}

extension Value {
  fileprivate var isOpaque: Bool {
    if case .opaque = self { return true }
    return false
  }
}
