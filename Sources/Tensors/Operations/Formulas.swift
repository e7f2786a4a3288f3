// Element-wise arithmetic, so that models and losses read like formulas. Operands have equal shapes,
// or one is a scalar, a row `[C]` or a column `[R]` of the other's `[R, C]`.

extension Tensor {
  public static func + (a: Tensor, b: Tensor) -> Tensor { elementwise(.add, [a, b]) }
  public static func - (a: Tensor, b: Tensor) -> Tensor { elementwise(.subtract, [a, b]) }
  public static func * (a: Tensor, b: Tensor) -> Tensor { elementwise(.multiply, [a, b]) }
  public static func / (a: Tensor, b: Tensor) -> Tensor { elementwise(.divide, [a, b]) }
  public static prefix func - (a: Tensor) -> Tensor { unary(.negate, a) }

  public static func + (a: Tensor, b: Float) -> Tensor { a + a.graph.constant(b) }
  public static func - (a: Tensor, b: Float) -> Tensor { a - a.graph.constant(b) }
  public static func * (a: Tensor, b: Float) -> Tensor { a * a.graph.constant(b) }
  public static func / (a: Tensor, b: Float) -> Tensor { a / a.graph.constant(b) }
  public static func + (a: Float, b: Tensor) -> Tensor { b.graph.constant(a) + b }
  public static func - (a: Float, b: Tensor) -> Tensor { b.graph.constant(a) - b }
  public static func * (a: Float, b: Tensor) -> Tensor { b.graph.constant(a) * b }
  public static func / (a: Float, b: Tensor) -> Tensor { b.graph.constant(a) / b }
}

public func exp(_ x: Tensor) -> Tensor { unary(.exp, x) }
public func log(_ x: Tensor) -> Tensor { unary(.log, x) }
public func sqrt(_ x: Tensor) -> Tensor { unary(.sqrt, x) }
public func square(_ x: Tensor) -> Tensor { unary(.square, x) }
public func abs(_ x: Tensor) -> Tensor { unary(.abs, x) }
/// -1, 0 or 1; no gradient.
public func sign(_ x: Tensor) -> Tensor { unary(.sign, x) }
public func sigmoid(_ x: Tensor) -> Tensor { unary(.sigmoid, x) }
/// `log(sigmoid(x))` without overflow.
public func logSigmoid(_ x: Tensor) -> Tensor { unary(.logSigmoid, x) }
/// `log(1 + exp(x))` without overflow.
public func softplus(_ x: Tensor) -> Tensor { unary(.softplus, x) }
public func tanh(_ x: Tensor) -> Tensor { unary(.tanh, x) }
public func relu(_ x: Tensor) -> Tensor { unary(.relu, x) }
/// `x sigmoid(x)`, also called swish.
public func silu(_ x: Tensor) -> Tensor { unary(.silu, x) }
/// `x (1 + erf(x / sqrt 2)) / 2`, as in GPT-NeoX.
public func gelu(_ x: Tensor) -> Tensor { unary(.gelu, x) }
/// The tanh approximation of `gelu`, as in GPT-2.
public func geluTanh(_ x: Tensor) -> Tensor { unary(.geluTanh, x) }
/// `log(1 - exp(x))` for `x < 0`, without cancellation.
public func log1mexp(_ x: Tensor) -> Tensor { unary(.log1mexp, x) }
public func expm1(_ x: Tensor) -> Tensor { unary(.expm1, x) }
public func log1p(_ x: Tensor) -> Tensor { unary(.log1p, x) }

public func power(_ a: Tensor, _ b: Tensor) -> Tensor { elementwise(.power, [a, b]) }
public func power(_ a: Tensor, _ b: Float) -> Tensor { power(a, a.graph.constant(b)) }
/// The smaller of both; where they are equal, the gradient goes to the first.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor { elementwise(.minimum, [a, b]) }
public func minimum(_ a: Tensor, _ b: Float) -> Tensor { minimum(a, a.graph.constant(b)) }
/// The larger of both; where they are equal, the gradient goes to the first.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor { elementwise(.maximum, [a, b]) }
public func maximum(_ a: Tensor, _ b: Float) -> Tensor { maximum(a, a.graph.constant(b)) }
/// `x` held between two bounds; outside them the gradient is zero.
public func clamp(_ x: Tensor, _ low: Float, _ high: Float) -> Tensor {
  minimum(maximum(x, low), high)
}

/// 1 where `a < b`, else 0; no gradient.
public func less(_ a: Tensor, _ b: Tensor) -> Tensor { elementwise(.less, [a, b]) }
public func less(_ a: Float, _ b: Tensor) -> Tensor { less(b.graph.constant(a), b) }
public func less(_ a: Tensor, _ b: Float) -> Tensor { less(a, a.graph.constant(b)) }
/// 1 where `a <= b`, else 0; no gradient.
public func lessEqual(_ a: Tensor, _ b: Tensor) -> Tensor { elementwise(.lessEqual, [a, b]) }
/// 1 where `a = b`, else 0; no gradient.
public func equal(_ a: Tensor, _ b: Tensor) -> Tensor { elementwise(.equal, [a, b]) }
/// `a` where `condition` is not 0, else `b`.
public func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
  elementwise(.select, [condition, a, b])
}
