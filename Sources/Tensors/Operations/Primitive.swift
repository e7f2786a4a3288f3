import CKernels

/// What one instruction of an element-wise program does to its operands.
public enum Primitive: UInt8, Sendable, Hashable, CaseIterable {
  case copy, negate, exp, log, sqrt, square, abs, sign, sigmoid, logSigmoid, softplus, tanh
  case relu, silu, siluSlope, gelu, geluSlope, geluTanh, geluTanhSlope, log1mexp, expm1, log1p
  case add, subtract, multiply, divide, power, minimum, maximum, less, lessEqual, equal
  case select

  /// How many operands it takes.
  public var arity: Int {
    switch self {
    case .copy, .negate, .exp, .log, .sqrt, .square, .abs, .sign, .sigmoid, .logSigmoid,
      .softplus, .tanh, .relu, .silu, .siluSlope, .gelu, .geluSlope, .geluTanh, .geluTanhSlope,
      .log1mexp, .expm1, .log1p:
      1
    case .add, .subtract, .multiply, .divide, .power, .minimum, .maximum, .less, .lessEqual,
      .equal:
      2
    case .select: 3
    }
  }

  typealias Numbers = UnsafePointer<Float>

  /// Runs the kernel on a tile: the one dispatch switch of the element-wise operations.
  func run(_ n: Int, _ a: Numbers, _ b: Numbers, _ c: Numbers, _ y: UnsafeMutablePointer<Float>) {
    switch self {
    case .copy: k_copy_f32(n, a, y)
    case .negate: k_negate_f32(n, a, y)
    case .exp: k_exp_f32(n, a, y)
    case .log: k_log_f32(n, a, y)
    case .sqrt: k_sqrt_f32(n, a, y)
    case .square: k_square_f32(n, a, y)
    case .abs: k_abs_f32(n, a, y)
    case .sign: k_sign_f32(n, a, y)
    case .sigmoid: k_sigmoid_f32(n, a, y)
    case .logSigmoid: k_log_sigmoid_f32(n, a, y)
    case .softplus: k_softplus_f32(n, a, y)
    case .tanh: k_tanh_f32(n, a, y)
    case .relu: k_relu_f32(n, a, y)
    case .silu: k_silu_f32(n, a, y)
    case .siluSlope: k_silu_slope_f32(n, a, y)
    case .gelu: k_gelu_f32(n, a, y)
    case .geluSlope: k_gelu_slope_f32(n, a, y)
    case .geluTanh: k_gelu_tanh_f32(n, a, y)
    case .geluTanhSlope: k_gelu_tanh_slope_f32(n, a, y)
    case .log1mexp: k_log1mexp_f32(n, a, y)
    case .expm1: k_expm1_f32(n, a, y)
    case .log1p: k_log1p_f32(n, a, y)
    case .add: k_add_f32(n, a, b, y)
    case .subtract: k_subtract_f32(n, a, b, y)
    case .multiply: k_multiply_f32(n, a, b, y)
    case .divide: k_divide_f32(n, a, b, y)
    case .power: k_power_f32(n, a, b, y)
    case .minimum: k_minimum_f32(n, a, b, y)
    case .maximum: k_maximum_f32(n, a, b, y)
    case .less: k_less_f32(n, a, b, y)
    case .lessEqual: k_less_equal_f32(n, a, b, y)
    case .equal: k_equal_f32(n, a, b, y)
    case .select: k_select_f32(n, a, b, c, y)
    }
  }
}

/// The gradient for each operand, given the operands `x`, the result `y` and its gradient `dy`.
///
/// A function of its own, because inside the enumeration `exp` is a case.
func gradients(
  of primitive: Primitive, _ x: [Tensor], _ y: Tensor, _ dy: Tensor
) -> [Tensor?] {
  switch primitive {
  case .copy: [dy]
  case .negate: [-dy]
  case .exp: [dy * y]
  case .log: [dy / x[0]]
  case .sqrt: [dy * 0.5 / y]
  case .square: [dy * (x[0] * 2)]
  case .abs: [dy * unary(.sign, x[0])]
  case .sigmoid: [dy * (y * (1 - y))]
  case .logSigmoid: [dy * sigmoid(-x[0])]
  case .softplus: [dy * sigmoid(x[0])]
  case .tanh: [dy * (1 - square(y))]
  case .relu: [dy * less(0, x[0])]
  case .silu: [dy * unary(.siluSlope, x[0])]
  case .gelu: [dy * unary(.geluSlope, x[0])]
  case .geluTanh: [dy * unary(.geluTanhSlope, x[0])]
  // d/dx log(1 - e^x) = -e^x / (1 - e^x) = -1 / (e^-x - 1)
  case .log1mexp: [-(dy / expm1(-x[0]))]
  case .expm1: [dy * (y + 1)]
  case .log1p: [dy / (x[0] + 1)]
  case .add: [dy, dy]
  case .subtract: [dy, -dy]
  case .multiply: [dy * x[1], dy * x[0]]
  case .divide: [dy / x[1], -(dy * y / x[1])]
  case .power: [dy * x[1] * power(x[0], x[1] - 1), dy * y * log(x[0])]
  // Where both are equal, the first one gets it all.
  case .minimum: [dy * lessEqual(x[0], x[1]), dy * less(x[1], x[0])]
  case .maximum: [dy * lessEqual(x[1], x[0]), dy * less(x[0], x[1])]
  case .select:
    [nil, select(x[0], dy, dy.graph.constant(0)), select(x[0], dy.graph.constant(0), dy)]
  // Steps have no slope, and slopes are not differentiated again.
  case .sign, .less, .lessEqual, .equal, .siluSlope, .geluSlope, .geluTanhSlope:
    x.map { _ in nil }
  }
}
