import Foundation
import Tensors

private func product(_ p: [[Double]], _ width: Int) -> [Double] {
  rows(p[0], width).flatMap { x in
    rows(p[1], width).map { w in dot(x, w) }
  }
}

private func total(_ x: [Double]) -> Double { x.reduce(0, +) }

/// The sums of runs of a vector.
private func totals(_ x: [Double], _ runs: [Range<Int>]) -> [Double] {
  runs.map { total(Array(x[$0])) }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

private func meanSquare(_ x: [Double]) -> Double {
  x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
}

let matrixCases: [OpCase] = [
  OpCase("linear", [3, 5], [4, 5], formula: { linear($0[0], $0[1]) }, twin: { product($0, 5) }),
  OpCase(
    "linear, one row", [1, 17], [3, 17], formula: { linear($0[0], $0[1]) },
    twin: { product($0, 17) }),
  OpCase(
    "linear, one column", [3, 1], [2, 1], formula: { linear($0[0], $0[1]) },
    twin: { product($0, 1) }),
  OpCase(
    "linear over tile borders", [259, 3], [131, 3], formula: { linear($0[0], $0[1]) },
    twin: { product($0, 3) }),
  OpCase("linear with bias", [3, 5], [4, 5], [4], formula: { linear($0[0], $0[1], bias: $0[2]) }),
  OpCase(
    "one weight used twice", [3, 4], [4, 4], formula: { linear(linear($0[0], $0[1]), $0[1]) }),
  OpCase(
    "rmsNorm", [3, 5], [5], formula: { rmsNorm($0[0], gain: $0[1], epsilon: 1e-5) },
    twin: { p in
      rows(p[0], 5).flatMap { x in
        zip(x, p[1]).map { $0 / (meanSquare(x) + 1e-5).squareRoot() * $1 }
      }
    }),
  OpCase(
    "rmsNorm, square", [5, 5], [5], formula: { rmsNorm($0[0], gain: $0[1], epsilon: 1e-5) }),
  OpCase(
    "rmsNorm, one wide row", [1, 67], [67],
    formula: { rmsNorm($0[0], gain: $0[1], epsilon: 1e-5) }),
  OpCase(
    "layerNorm", [3, 5], [5], [5],
    formula: { layerNorm($0[0], gain: $0[1], bias: $0[2], epsilon: 1e-5) },
    twin: { p in
      rows(p[0], 5).flatMap { x in
        let mean = total(x) / 5
        let deviation = (meanSquare(x.map { $0 - mean }) + 1e-5).squareRoot()
        return (0..<5).map { (x[$0] - mean) / deviation * p[1][$0] + p[2][$0] }
      }
    }),
  OpCase(
    "layerNorm, square", [5, 5], [5], [5],
    formula: { layerNorm($0[0], gain: $0[1], bias: $0[2], epsilon: 1e-5) }),
  OpCase(
    "swiglu", [3, 21], [3, 21], formula: { swiglu(gate: $0[0], up: $0[1]) },
    twin: pairs { $0 / (1 + Foundation.exp(-$0)) * $1 }),
  OpCase(
    "dropout", [3, 7], integers: ["key": [3, 5, 7, 1]],
    formula: { dropout($0[0], rate: 0.4, key: rows("key", 4, like: $0[0]), stream: 2) }),
]

let reductionCases: [OpCase] = [
  OpCase("sum", [3, 5], formula: { sum($0[0]) }, twin: { [total($0[0])] }),
  OpCase("mean", [7], formula: { mean($0[0]) }, twin: { [total($0[0]) / 7] }),
  OpCase(
    "weighted mean", [7], [7], in: 0.5...2, formula: { mean($0[0], weights: $0[1]) },
    twin: { p in [dot(p[0], p[1]) / total(p[1])] }),
  OpCase(
    "max", [9], formula: { max($0[0]) }, twin: { p in [p[0].reduce(p[0][0]) { $0 > $1 ? $0 : $1 }] }
  ),
  OpCase(
    "sumRows", [3, 67], formula: { sumRows($0[0]) },
    twin: { p in
      let x = rows(p[0], 67)
      return (0..<67).map { x[0][$0] + x[1][$0] + x[2][$0] }
    }),
  OpCase(
    "sumColumns", [3, 5], formula: { sumColumns($0[0]) },
    twin: { rows($0[0], 5).map { total($0) } }),
]

let segmentCases: [OpCase] = [
  OpCase("sorted", [7], formula: { sorted($0[0]) }, twin: { $0[0].sorted() }),
  OpCase(
    "segmentSum", [7], integers: ["borders": [0, 2, 2, 7]],
    formula: { segmentSum($0[0], borders: rows("borders", 4, like: $0[0])) },
    twin: { totals($0[0], [0..<2, 2..<2, 2..<7]) }),
  OpCase(
    "segmentSum of rows", [5, 3], integers: ["borders": [1, 2, 4]],
    formula: { segmentSum($0[0], borders: rows("borders", 3, like: $0[0])) },
    twin: { p in
      let x = rows(p[0], 3)
      return x[1] + (0..<3).map { x[2][$0] + x[3][$0] }
    }),
  OpCase(
    "segmentMean", [7], integers: ["borders": [0, 2, 2, 7]],
    formula: { segmentMean($0[0], borders: rows("borders", 4, like: $0[0])) },
    twin: { p in
      let sums = totals(p[0], [0..<2, 2..<2, 2..<7])
      return [sums[0] / 2, 0, sums[2] / 5]
    }),
  OpCase(
    "segmentSpread", [2], integers: ["borders": [1, 2, 4]],
    formula: { segmentSpread($0[0], borders: rows("borders", 3, like: $0[0]), over: 5) },
    twin: { [0, $0[0][0], $0[0][1], $0[0][1], 0] }),
]

let movementCases: [OpCase] = [
  OpCase(
    "gather with repeated rows", [4, 3], integers: ["rows": [2, 0, 2, 3, 2]],
    formula: { gather($0[0], rows: rows("rows", 5, like: $0[0])) },
    twin: { p in [2, 0, 2, 3, 2].flatMap { rows(p[0], 3)[$0] } }),
  OpCase(
    "gather from a vector", [4], integers: ["rows": [3, 3, 1]],
    formula: { gather($0[0], rows: rows("rows", 3, like: $0[0])) },
    twin: { [$0[0][3], $0[0][3], $0[0][1]] }),
  OpCase(
    "one table read twice", [4, 3], integers: ["rows": [2, 0, 2]],
    formula: { p in
      let picked = embedding(rows("rows", 3, like: p[0]), table: p[0])
      return linear(picked, p[0])
    }),
  OpCase(
    "scatterAdd with repeated rows", [3, 2], integers: ["rows": [1, 0, 1]],
    formula: { scatterAdd($0[0], rows: rows("rows", 3, like: $0[0]), shape: [4, 2]) },
    twin: { p in [p[0][2], p[0][3], p[0][0] + p[0][4], p[0][1] + p[0][5], 0, 0, 0, 0] }),
  OpCase(
    "split", [3, 7],
    formula: {
      let p = split($0[0], widths: [2, 4, 1]); return p[0] * flatten(p[2])
    },
    twin: { p in rows(p[0], 7).flatMap { [$0[0] * $0[6], $0[1] * $0[6]] } }),
  OpCase(
    "slice of a vector", [7], formula: { slice($0[0], 2..<5) }, twin: { Array($0[0][2..<5]) }),
  OpCase(
    "concatenate", [2, 3], [2, 1], formula: { concatenate([$0[0], $0[1]]) },
    twin: { [$0[0][0], $0[0][1], $0[0][2], $0[1][0], $0[0][3], $0[0][4], $0[0][5], $0[1][1]] }),
  OpCase(
    "concatenate vectors", [2], [3], formula: { concatenate([$0[0], $0[1]]) },
    twin: { $0[0] + $0[1] }),
  OpCase("column", [5], [1, 1], formula: { flatten(linear(column($0[0]), $0[1])) }),
  OpCase("flatten", [5, 1], formula: { exp(flatten($0[0])) * 2 }),
]
