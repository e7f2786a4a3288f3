extension LanguageModel {
  /// The matrices inside the layers that targets name: `attention`, `all-linear`, or last parts of
  /// names, such as `q_proj`; all of them where nothing is named.
  public func modules(named targets: [String]) throws -> [LinearModule] {
    let modules = architecture.modules
    if let name = modules.unknownTarget(in: targets) {
      throw ModelError(
        model: self.name, problem: "has no linear layers called `\(name)`",
        advice: "It has \(modules.shortNames.joined(separator: ", ")).")
    }
    if targets.isEmpty || targets == ["all-linear"] { return modules }
    if targets == ["attention"] { return modules.filter(\.isAttention) }
    return modules.filter { targets.contains($0.shortName) }
  }
}

extension [LinearModule] {
  var shortNames: [String] { Set(map(\.shortName)).sorted() }

  /// The first target that is no group and names none of them.
  func unknownTarget(in targets: [String]) -> String? {
    if targets.count == 1, MatrixGroup(rawValue: targets[0]) != nil { return nil }
    let known = Set(map(\.shortName))
    return targets.first { !known.contains($0) }
  }
}
