import Formats
import Tensors

extension LanguageModel {
  /// The model with the adapter of a PEFT folder.
  public func wearing(_ folder: AdapterFolder) throws -> LanguageModel {
    try refuseUnknown(folder)
    let settings = folder.settings
    let own = LoRASettings(
      rank: settings.rank, alpha: settings.alpha, dropout: settings.dropout,
      targets: settings.targetModules, isRankStabilised: settings.usesRankStabilisation,
      isDecomposed: settings.usesDoRA)
    let prefix = type(of: architecture).prefix
    let known = Dictionary(uniqueKeysWithValues: architecture.modules.map { ($0.name, $0) })
    var factors: [String: AdapterFolder.Factors] = [:]
    for (path, pair) in folder.modules {
      let name = path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
      try check(pair, of: name, known[name])
      // One adapter here has one scale: what PEFT keeps per module goes into B.
      let share = Float(folder.scale(of: path) / own.scale)
      let layout = architecture.layout(ofModule: name)
      factors[name] = AdapterFolder.Factors(
        a: try pair.a.converted(to: .f32),
        b: try pair.b.converted(to: .f32).scaled(by: share)
          .inGraphOrder(layout),
        magnitude: try pair.magnitude?.converted(to: .f32).inGraphOrder(layout))
    }
    var model = self
    model.adapters.append(Adapter(settings: own, factors: factors))
    if let head = try RewardHead(of: folder, width: dimensions.width, model: name) {
      model.head = head
    }
    return model
  }

  private func refuseUnknown(_ folder: AdapterFolder) throws {
    let isDecomposed = folder.settings.usesDoRA
    guard folder.modules.values.allSatisfy({ ($0.magnitude != nil) == isDecomposed }) else {
      throw ModelError(
        model: name,
        problem: "cannot wear an adapter whose settings "
          + (isDecomposed
            ? "say DoRA, but not all of whose modules have" : "do not say DoRA, but with")
          + " magnitudes",
        advice: "Is adapter_config.json from the same adapter?")
    }
    let others = folder.others.keys.filter { $0 != RewardHead.weightName }
    guard others.isEmpty else {
      let names = others.sorted().joined(separator: ", ")
      throw ModelError(
        model: name, problem: "cannot wear an adapter that also replaces \(names)",
        advice: "Merge it in PEFT (merge_and_unload) and open the merged model.")
    }
  }

  private func check(
    _ pair: AdapterFolder.Factors, of name: String, _ module: LinearModule?
  ) throws {
    guard let module else {
      throw ModelError(
        model: self.name, problem: "has no matrix `\(name)` for the adapter to correct",
        advice: "Was the adapter trained on another kind of model?")
    }
    guard pair.a.shape[1] == module.inputs, pair.b.shape[0] == module.outputs,
      pair.magnitude?.shape ?? [module.outputs] == [module.outputs]
    else {
      throw ModelError(
        model: self.name,
        problem: "has `\(name)` of shape [\(module.outputs), \(module.inputs)], but the adapter "
          + "corrects [\(pair.b.shape[0]), \(pair.a.shape[1])]",
        advice: "Was the adapter trained on a model of another size?")
    }
  }
}

extension Architecture {
  /// How the rows of a module's matrix stand in files.
  func layout(ofModule name: String) -> ParameterShape.Layout {
    parameters.first { $0.name == "\(name).weight" }?.layout ?? .asStored
  }
}

extension Weight {
  fileprivate func scaled(by factor: Float) -> Weight {
    factor == 1 ? self : Weight(shape: shape, floats: floats().map { $0 * factor })
  }

  /// B of an adapter: its rows are those of the matrix that it corrects. [out, rank]
  fileprivate func inGraphOrder(_ layout: ParameterShape.Layout) -> Weight {
    switch layout {
    case .asStored, .transposed: self
    case .reordered(let order): reordered(order)
    }
  }
}
