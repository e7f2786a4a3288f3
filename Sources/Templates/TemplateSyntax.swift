/// What a template says, once read.
indirect enum Expression: Sendable {
  case constant(Value)
  case name(String)
  case list([Expression])
  case tuple([Expression])
  case map([MapEntry])
  case attribute(Expression, String)
  case item(Expression, Expression)
  case slice(Expression, SliceBounds)
  case call(Expression, CallArguments)
  case filter(Expression, FilterCall)
  case test(Expression, String, CallArguments)
  case unary(UnaryOperator, Expression)
  case binary(Expression, BinaryOperator, Expression)
  case both(Expression, Expression)
  case either(Expression, Expression)
  case comparison(Expression, [ComparisonLink])
  case conditional(condition: Expression, then: Expression, otherwise: Expression?)
}

struct MapEntry: Sendable {
  let key: Expression
  let value: Expression
}

struct SliceBounds: Sendable {
  var lower: Expression?
  var upper: Expression?
  var step: Expression?
}

enum UnaryOperator: Sendable { case not, negative, positive }

enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case power = "**"
  case concatenate = "~"
}

enum Comparison: Sendable {
  case equal, unequal, less, lessOrEqual, greater, greaterOrEqual, isIn, isNotIn
}

struct ComparisonLink: Sendable {
  let comparison: Comparison
  let right: Expression
}

/// The arguments of a call as written.
struct CallArguments: Sendable {
  var positional: [Expression] = []
  var named: [(name: String, value: Expression)] = []
}

struct FilterCall: Sendable {
  let name: String
  let arguments: CallArguments
}

struct Statement: Sendable {
  let line: Int
  let kind: Kind

  indirect enum Kind: Sendable {
    case text([Unicode.Scalar])
    case output(Expression)
    case condition([Branch], otherwise: [Statement])
    case loop(LoopStatement)
    case assign(Target, Expression)
    case capture(Target, [FilterCall], [Statement])
    case macro(MacroDefinition)
    case callBlock(Expression, MacroDefinition)
    case filter([FilterCall], [Statement])
    case with([(target: Target, value: Expression)], [Statement])
    case generation([Statement])
    case leave
    case skip
  }
}

struct Branch: Sendable {
  let condition: Expression
  let body: [Statement]
}

struct LoopStatement: Sendable {
  let target: Target
  let source: Expression
  let filter: Expression?
  let body: [Statement]
  let otherwise: [Statement]
}

/// What can be assigned to.
indirect enum Target: Sendable {
  case name(String)
  case attribute(namespace: String, name: String)
  case tuple([Target])
}

struct MacroDefinition: Sendable {
  let name: String
  let parameters: [MacroParameter]
  let body: [Statement]
}

struct MacroParameter: Sendable {
  let name: String
  let fallback: Expression?
}
