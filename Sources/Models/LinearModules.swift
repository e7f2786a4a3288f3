extension LanguageModel {
  /// The matrices inside the layers that targets name: `attention`, `all-linear`, or last parts of
  /// names, such as `q_proj`; all of them where nothing is named.
  public func modules(named targets: [String]) throws -> [LinearModule] {
    let modules = architecture.modules
    if targets.isEmpty || targets == ["all-linear"] { return modules }
    if targets == ["attention"] { return modules.filter(\.isAttention) }
    let known = Set(modules.map(\.shortName))
    for name in targets where !known.contains(name) {
      throw ModelError(
        model: self.name, problem: "has no linear layers called `\(name)`",
        advice: "It has \(known.sorted().joined(separator: ", ")).")
    }
    return modules.filter { targets.contains($0.shortName) }
  }
}
