import Foundation
import Tensors

private func sigma(_ x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }

let unaryCases: [OpCase] = [
  OpCase("-x", [7], formula: { -$0[0] }, twin: each { -$0 }),
  OpCase("exp", [3, 5], formula: { exp($0[0]) }, twin: each { Foundation.exp($0) }),
  OpCase("log", [7], in: 0.3...4, formula: { log($0[0]) }, twin: each { Foundation.log($0) }),
  OpCase("sqrt", [7], in: 0.3...4, formula: { sqrt($0[0]) }, twin: each { $0.squareRoot() }),
  OpCase("square", [7], formula: { square($0[0]) }, twin: each { $0 * $0 }),
  OpCase("abs", [7], formula: { abs($0[0]) }, twin: each { Swift.abs($0) }),
  OpCase("sigmoid", [1, 33], formula: { sigmoid($0[0]) }, twin: each(sigma)),
  OpCase(
    "logSigmoid", [9], in: -9...9, formula: { logSigmoid($0[0]) },
    twin: each { Foundation.log(sigma($0)) }),
  OpCase(
    "softplus", [9], in: -9...9, formula: { softplus($0[0]) },
    twin: each { Foundation.log1p(Foundation.exp($0)) }),
  OpCase("tanh", [19], formula: { tanh($0[0]) }, twin: each { Foundation.tanh($0) }),
  OpCase("relu", [19], formula: { relu($0[0]) }, twin: each { Swift.max($0, 0) }),
  OpCase("silu", [19], formula: { silu($0[0]) }, twin: each { $0 * sigma($0) }),
  OpCase(
    "gelu", [19], formula: { gelu($0[0]) },
    twin: each { $0 * (1 + erf($0 / 2.0.squareRoot())) / 2 }),
  OpCase(
    "geluTanh", [19], formula: { geluTanh($0[0]) },
    twin: each {
      $0 * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) / 2
    }),
  OpCase(
    "log1mexp", [9], in: -3 ... -0.2, formula: { log1mexp($0[0]) },
    twin: each { Foundation.log(-Foundation.expm1($0)) }),
  OpCase("expm1", [9], formula: { expm1($0[0]) }, twin: each { Foundation.expm1($0) }),
  OpCase(
    "log1p", [9], in: -0.5...2, formula: { log1p($0[0]) }, twin: each { Foundation.log1p($0) }),
  OpCase(
    "clamp", [9], formula: { clamp($0[0], -1.2, 1.1) },
    twin: each { Swift.min(Swift.max($0, Double(Float(-1.2))), Double(Float(1.1))) }),
  OpCase(
    "a chain longer than one fused program", [2, 1100],
    formula: { p in (0..<20).reduce(p[0]) { x, _ in sigmoid(x * 1.5 + p[0]) } }),
  OpCase(
    "a value used twice", [7],
    formula: {
      let y = exp($0[0]); return y * y + y
    }),
]

let binaryCases: [OpCase] = [
  OpCase("a + b", [3, 5], [3, 5], formula: { $0[0] + $0[1] }, twin: pairs { $0 + $1 }),
  OpCase("a - b", [3, 5], [3, 5], formula: { $0[0] - $0[1] }, twin: pairs { $0 - $1 }),
  OpCase("a · b", [3, 5], [3, 5], formula: { $0[0] * $0[1] }, twin: pairs { $0 * $1 }),
  OpCase(
    "a / b", [15], [15], in: 0.5...2, formula: { $0[0] / $0[1] }, twin: pairs { $0 / $1 }),
  OpCase(
    "power", [9], [9], in: 0.5...2, formula: { power($0[0], $0[1]) }, twin: pairs { pow($0, $1) }),
  OpCase("power 3", [9], formula: { power($0[0], 3) }, twin: each { $0 * $0 * $0 }),
  OpCase(
    "minimum", [9], [9], formula: { minimum($0[0], $0[1]) }, twin: pairs { Swift.min($0, $1) }),
  OpCase(
    "maximum", [9], [9], formula: { maximum($0[0], $0[1]) }, twin: pairs { Swift.max($0, $1) }),
  OpCase(
    "select", [9], [9], formula: { select(less($0[0], $0[1]), $0[0] * 2, $0[1]) },
    twin: pairs { $0 < $1 ? $0 * 2 : $1 }),
  OpCase("a scalar for all", [3, 5], [], formula: { $0[0] * $0[1] }),
  OpCase("a row for every row", [3, 5], [5], formula: { $0[0] * $0[1] + $0[1] }),
  OpCase("a column for every column", [3, 5], [3], formula: { $0[1] / ($0[0] * $0[0] + 1) }),
  OpCase("a row of one tall column", [1030, 1], [1], formula: { $0[0] * $0[1] }),
  OpCase("a column of one wide row", [1, 1030], [1], formula: { $0[0] * $0[1] }),
  OpCase("the gradient stops", [5], formula: { stopGradient($0[0]) * 0 + $0[0] }),
]
