// All words that come with the language: primitives, and the library written in recipes.

import Foundation
import Syntax
import Vocabulary

/// A library made ready for looking words up; made once at start.
public final class Lexicon: Sendable {
  public let library: Library
  let functions: [String: UserFunction]
  /// The functions by chapter, in the order of their files.
  let functionNames: [(chapter: Chapter, name: String)]
  private let values: [String: Typed]
  private let byName: [String: [PrimitiveForm]]
  /// What is wrong in the library's own sources; a test holds that it is nothing.
  public let diagnostics: [(source: SourceText, diagnostic: Diagnostic)]

  public init(_ library: Library) {
    self.library = library
    byName = Dictionary(
      grouping: Lexicon.primitives(of: library).map(PrimitiveForm.init), by: \.primitive.name)
    let sources = LibrarySources(library, byName)
    functions = sources.functions
    functionNames = sources.names
    values = sources.values
    diagnostics = sources.diagnostics
  }

  /// A lexicon of primitives alone, for reading the library itself.
  fileprivate init(
    _ library: Library, _ byName: [String: [PrimitiveForm]],
    _ functions: [String: UserFunction], _ values: [String: Typed]
  ) {
    self.library = library
    self.byName = byName
    self.functions = functions
    self.values = values
    functionNames = []
    diagnostics = []
  }

  /// All words whose work is done in Swift, in the manual's order.
  public var primitives: [Primitive] { Lexicon.primitives(of: library) }

  /// Those of a library and those that the language itself evaluates.
  ///
  /// A library may bring a form of its own, with words of its own in the manual.
  private static func primitives(of library: Library) -> [Primitive] {
    library.primitives
      + [.fold, .check].filter { library.primitives(named: $0.name).isEmpty }
  }

  public func primitives(named name: String) -> [Primitive] {
    forms(named: name).map(\.primitive)
  }

  /// The primitives of a name as calls need them.
  func forms(named name: String) -> [PrimitiveForm] { byName[name] ?? [] }

  /// What a call of a name calls.
  enum Callable {
    case function(UserFunction)
    case primitive([PrimitiveForm])
  }

  func callable(named name: String) -> Callable? {
    if let forms = byName[name], functions[name] == nil { return .primitive(forms) }
    return functions[name].map { .function($0) }
  }

  func value(named name: String) -> Typed? { values[name] }

  func isFunction(_ name: String) -> Bool { functions[name] != nil || byName[name] != nil }

  /// The words that always give a value of a runtime type, in the manual's order.
  func words(giving type: String) -> [String] {
    let made = primitives.filter {
      if case .opaque(type, _)? = $0.usualType { true } else { false }
    }.map(\.name)
    let written = functions.values.filter {
      if case .opaque(type, _)? = $0.result { true } else { false }
    }.map(\.name).sorted()
    return (made + written).withoutRepetition
  }

  /// All types that recipes may name.
  public var typeNames: [String] { Elaborator.typeNames + library.types.map(\.name) }

  func isType(_ name: String) -> Bool { typeNames.contains(name) }

  var callableNames: [String] { Array(functions.keys) + Array(byName.keys) }
  var valueNames: [String] { Array(values.keys) }
}

/// The files of the library, read in order: later ones may use earlier ones.
private struct LibrarySources {
  var functions: [String: UserFunction] = [:]
  var names: [(chapter: Chapter, name: String)] = []
  var values: [String: Typed] = [:]
  var diagnostics: [(source: SourceText, diagnostic: Diagnostic)] = []

  init(_ library: Library, _ byName: [String: [PrimitiveForm]]) {
    for file in library.sources {
      read(
        SourceText(name: file.name, file.text), file.chapter,
        Lexicon(library, byName, functions, values))
    }
  }

  private mutating func read(_ source: SourceText, _ chapter: Chapter, _ lexicon: Lexicon) {
    let (tree, problems) = Parser.parse(source)
    let elaborator = Elaborator(
      lexicon: lexicon, graph: StageGraph(seed: 0, root: URL(filePath: "/")), source: source,
      directory: URL(filePath: "/"))
    let defined = elaborator.run(tree)
    diagnostics += (problems + elaborator.diagnostics).map { (source, $0) }
    for one in defined {
      switch one.definition {
      case .function(let function):
        functions[one.name.text] = function
        names.append((chapter, one.name.text))
      case .value(let typed): values[one.name.text] = typed
      case .module, .type: break
      }
    }
  }
}

/// One of the primitives of a name, with what each of its calls needs.
final class PrimitiveForm: Sendable {
  let primitive: Primitive
  let formals: Formals
  /// Left-out arguments, as they will be when the primitive runs.
  let defaults: ByName<CallSite.Argument>
  /// The places of parameters of which not all values will do.
  let ruled: [Int]
  let isFold: Bool

  init(_ primitive: Primitive) {
    self.primitive = primitive
    isFold = primitive.name == Primitive.fold.name
    formals = Formals(primitive.slots.map(Formal.init))
    defaults = ByName(
      primitive.slots.compactMap { slot in
        slot.fallback.map {
          .init(slot.name, CallSite.Argument(type: $0.type, value: $0, isWritten: false))
        }
      })
    ruled = primitive.slots.indices.filter { primitive.slots[$0].hasRule }
  }
}

extension Primitive {
  /// The type of the result as far as it depends on no argument.
  fileprivate var usualType: RecipeType? {
    switch typing {
    case .fixed(let type): type
    case .derived(let derive):
      try? derive(CallSite(arguments: [:], directory: URL(filePath: "/")))
    }
  }

  /// `check` is a form: the runner evaluates its condition itself, to show its parts.
  static let check = Primitive(
    "check", "Fails the run if a condition does not hold, and shows the value of each part.",
    in: .results, cost: .effect, examples: ["check(1 + 1 == 2)"],
    Parameter<Bool>.subject("condition", "What must hold."),
    Parameter<String?>.subject("message", "What a failure means.", default: .some(nil))
  ) { _, _, _ in Value.none }
}
