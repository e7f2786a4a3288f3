// What all expressions of one text have around them alike.

import Syntax
import Vocabulary

extension Elaborator {
  /// The text that expressions stand in, and whose they are: a recipe's or a function's.
  ///
  /// A class, as each scope inside a text has it.
  final class Setting: Sendable {
    let source: SourceText
    let directory: Folder
    /// The statements of the recipe that is being looked at.
    let statements: [SyntaxTree.Statement]
    /// Values given to params from outside.
    let given: ByName<Typed>
    /// Recipes being imported, outermost first.
    let importing: [String]
    /// The `def` whose body is being looked at.
    let function: String?
    /// Whether effects of the statements count: not in imported recipes and functions.
    let collectsEffects: Bool
    /// What primitives know that run while the recipe is checked.
    let context: RunContext

    init(
      _ source: SourceText, in directory: Folder, _ statements: [SyntaxTree.Statement] = [],
      given: ByName<Typed> = [:], importing: [String] = [], function: String? = nil,
      collectsEffects: Bool = true
    ) {
      self.source = source
      self.directory = directory
      self.statements = statements
      self.given = given
      self.importing = importing
      self.function = function
      self.collectsEffects = collectsEffects
      context = RunContext(directory: directory)
    }

    func reading(_ statements: [SyntaxTree.Statement]) -> Setting {
      Setting(
        source, in: directory, statements, given: given, importing: importing, function: function,
        collectsEffects: collectsEffects)
    }

    /// The same where no effect counts, in the body of a `def` if it is named.
    func withoutEffects(in function: String? = nil) -> Setting {
      guard collectsEffects || function != nil else { return self }
      return Setting(
        source, in: directory, statements, given: given, importing: importing,
        function: function ?? self.function, collectsEffects: false)
    }

    // Statements are searched only where something is wrong.

    /// Where a name that nothing above defines is defined all the same.
    func later(_ name: String) -> SourceRange? {
      statements.lazy.compactMap(\.definedName).first { $0.text == name }?.range
    }

    /// The expression that gave the name at `range` its value.
    func value(ofNameAt range: SourceRange) -> SourceRange? {
      let name = source[range]
      for statement in statements.reversed() where statement.range.end <= range.start {
        guard case .binding(let binding) = statement.kind, binding.name.text == name else {
          continue
        }
        return binding.value.range
      }
      return nil
    }
  }
}
