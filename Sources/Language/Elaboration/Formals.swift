// The parameters of what can be called, made ready for its calls.

/// The parameters of anything that can be called, in their order, with what each call asks of them.
final class Formals: Sendable, RandomAccessCollection {
  let all: [Formal]
  /// The places of those that are passed without a label, the pipe's first.
  let subjects: [Int]
  /// All places, those of rows first: the columns that others speak of are theirs.
  let rowsFirst: [Int]
  /// The one that takes all labels that no other has.
  let rest: Formal?
  /// Nothing for each, as each call begins.
  let nothingGiven: [Given?]
  let nothingKnown: [Typed?]

  init(_ all: [Formal]) {
    self.all = all
    subjects = all.indices.filter { all[$0].isSubject }
    rowsFirst = all.indices.filter { all[$0].takesRows } + all.indices.filter { !all[$0].takesRows }
    rest = all.first(where: \.takesRest)
    nothingGiven = Array(repeating: nil, count: all.count)
    nothingKnown = Array(repeating: nil, count: all.count)
  }

  var startIndex: Int { 0 }
  var endIndex: Int { all.count }
  subscript(place: Int) -> Formal { all[place] }

  /// The place of the parameter that a label names.
  func place(of label: String) -> Int? {
    let length = label.utf8.count
    return all.firstIndex { $0.name.utf8.count == length && $0.name == label && !$0.takesRest }
  }
}
