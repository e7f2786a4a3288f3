// The suggestion in "did you mean".

/// The candidate that was probably meant, or nil where none is close enough.
func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
  let wanted = Array(word.lowercased().utf8)
  let limit = wanted.count <= 2 ? 1 : wanted.count <= 5 ? 2 : 3
  var best: (name: String, distance: Int)?
  for candidate in candidates where candidate != word {
    let distance = editDistance(wanted, Array(candidate.lowercased().utf8))
    guard distance <= limit, distance < max(wanted.count, 2) else { continue }
    guard let known = best else {
      best = (candidate, distance)
      continue
    }
    if (distance, candidate) < (known.distance, known.name) { best = (candidate, distance) }
  }
  return best?.name
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var before: [Int] = []
  var above = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var cost = min(row[j] + 1, above[j + 1] + 1, above[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
      row.append(cost)
    }
    before = above
    above = row
  }
  return above[b.count]
}
