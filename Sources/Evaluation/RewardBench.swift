import Datasets
import Vocabulary

/// Accuracies of a reward model on subsets, weighed into sections, and their mean.
///
/// Lambert et al. 2024 (arXiv 2403.13787): a section weighs its subsets by their published counts,
/// however many items are at hand; the overall figure is the plain mean of the sections.
struct RewardBench {
  /// A subset with the items that it counts for.
  private struct Part {
    let section: String
    let subset: String
    let weight: Double
    var right: [Double] = []
  }

  private var parts: [Part]
  private let sections: [String]
  let ledger: Ledger

  init(_ items: [(subset: String, isRight: Bool)], _ table: [Record]) throws {
    let listed = try table.map { row in
      Part(
        section: try String(recipeValue: row["section"] ?? .none),
        subset: try String(recipeValue: row["subset"] ?? .none),
        weight: try Double(recipeValue: row["items"] ?? .none))
    }
    parts = listed.map { part in
      var part = part
      part.right = items.filter { $0.subset == part.subset }.map { $0.isRight ? 1 : 0 }
      return part
    }
    let used = parts.reduce(0) { $0 + $1.right.count }
    let absent = parts.filter(\.right.isEmpty).map(\.subset)
    ledger = Ledger(
      step: "rewardbench", read: items.count, kept: used,
      entries: [
        .init(reason: "dropped: a subset of no section", count: items.count - used),
        .init(
          reason: "subsets without items, left out: \(absent.joined(separator: ", "))",
          count: absent.count),
      ].filter { $0.count > 0 })
    parts.removeAll(where: \.right.isEmpty)
    var seen: Set<String> = []
    sections = parts.map(\.section).filter { seen.insert($0).inserted }
    guard !parts.isEmpty else {
      throw DataError(
        path: "rewardbench", problem: "no item is of a subset that the sections name",
        advice: "Compare the subsets of the rows with the list of sections.")
    }
  }

  static let columns = [
    RecordField("section", .text), RecordField("subset", .text), RecordField("accuracy", .float),
    RecordField("low", .float), RecordField("high", .float), RecordField("items", .int),
  ]

  /// A row for each subset, then for each section, then for all.
  var table: Dataset {
    let perSubset = parts.indices.map { place in
      row(parts[place].section, parts[place].subset, of: [place]) { $0[place] }
    }
    let perSection = sections.map { section in
      row(section, "all", of: places(section)) { score(section, $0) }
    }
    let overall = row("all", "all", of: Array(parts.indices)) { accuracies in
      sections.reduce(0) { $0 + score($1, accuracies) } / Double(sections.count)
    }
    return Dataset(columns: Self.columns, rows: perSubset + perSection + [overall])
  }

  private func places(_ section: String) -> [Int] {
    parts.indices.filter { parts[$0].section == section }
  }

  /// A section's accuracy from those of all subsets.
  private func score(_ section: String, _ accuracies: [Double]) -> Double {
    let places = places(section)
    let weight = places.reduce(0) { $0 + parts[$1].weight }
    return places.reduce(0) { $0 + parts[$1].weight * accuracies[$1] } / weight
  }

  private func row(
    _ section: String, _ subset: String, of places: [Int], _ score: ([Double]) -> Double
  ) -> Record {
    func accuracies(_ drawn: [[Int]]) -> [Double] {
      zip(parts, drawn).map { part, places in
        places.reduce(0) { $0 + part.right[$1] } / Double(max(1, places.count))
      }
    }
    let counts = parts.map(\.right.count)
    let interval = Bootstrap(resamples: 2_000, seed: 0).interval(groups: counts) {
      score(accuracies($0))
    }
    return Record(
      labels: Self.columns.map(\.label),
      values: [
        .text(section), .text(subset), .float(score(accuracies(counts.map { Array(0..<$0) }))),
        .float(interval.lowerBound), .float(interval.upperBound),
        .int(places.reduce(0) { $0 + counts[$1] }),
      ])
  }
}
