/// What `adapter_config.json` says of a LoRA adapter.
public struct AdapterSettings: Sendable, Equatable {
  public var rank: Int
  public var alpha: Double
  public var dropout: Double
  /// Last parts of module names, such as `q_proj`; or one pattern or keyword, as PEFT has it.
  public var targetModules: [String]
  public var baseModel: String?
  public var usesRankStabilisation = false
  public var usesDoRA = false
  /// Whether the base matrices are `[in, out]`, as Conv1D has them.
  public var fanInFanOut = false
  /// What PEFT calls the task, by which it knows the class of the model.
  public var task = Task.language
  /// Another alpha for some modules.
  public var alphaPattern: [String: Double] = [:]

  public enum Task: String, Sendable {
    case language = "CAUSAL_LM"
    /// With a head, which PEFT keeps as a module to save.
    case classification = "SEQ_CLS"
  }

  public init(
    rank: Int, alpha: Double, dropout: Double = 0, targetModules: [String],
    baseModel: String? = nil
  ) {
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.targetModules = targetModules
    self.baseModel = baseModel
  }

  func alpha(of module: String) -> Double {
    let own = alphaPattern.first { module == $0.key || module.hasSuffix("." + $0.key) }
    return own?.value ?? alpha
  }
}

extension AdapterSettings {
  init(_ json: JSONValue, path: String) throws {
    let type = json["peft_type"]?.text ?? "nothing"
    guard type == "LORA" else {
      throw FormatError(path: path, place: "peft_type", problem: "is \(type), but LORA is expected")
    }
    guard let rank = json["r"]?.int, rank > 0, let alpha = json["lora_alpha"]?.double else {
      throw FormatError(path: path, problem: "needs the numbers r and lora_alpha")
    }
    let bias = json["bias"]?.text ?? "none"
    guard bias == "none" else {
      throw FormatError(
        path: path, place: "bias", problem: "is \(bias), but only adapters without are read")
    }
    let targets = json["target_modules"]
    self.init(
      rank: rank, alpha: alpha, dropout: json["lora_dropout"]?.double ?? 0,
      targetModules: targets?.elements?.compactMap(\.text) ?? targets?.text.map { [$0] } ?? [],
      baseModel: json["base_model_name_or_path"]?.text)
    usesRankStabilisation = json["use_rslora"]?.flag ?? false
    usesDoRA = json["use_dora"]?.flag ?? false
    fanInFanOut = json["fan_in_fan_out"]?.flag ?? false
    for (key, value) in json["alpha_pattern"]?.members?.members ?? [] {
      alphaPattern[key] = value.double
    }
  }

  /// The settings as PEFT writes them; `ranks` are those of modules that differ from `rank`.
  func json(ranks: [String: Int]) -> JSONValue {
    let pattern = alphaPattern.sorted { $0.key < $1.key }.map { ($0.key, number($0.value)) }
    let ranks = ranks.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.integer($0.value)) }
    return [
      "alpha_pattern": .object(JSONObject(pattern)),
      "base_model_name_or_path": baseModel.map(JSONValue.string) ?? .null,
      "bias": "none",
      "fan_in_fan_out": .boolean(fanInFanOut),
      "inference_mode": true,
      "init_lora_weights": true,
      "lora_alpha": number(alpha),
      "lora_dropout": .number(dropout),
      "modules_to_save": task == .classification ? ["score"] : nil,
      "peft_type": "LORA",
      "r": .integer(rank),
      "rank_pattern": .object(JSONObject(ranks)),
      "target_modules": targets,
      "task_type": .string(task.rawValue),
      "use_dora": .boolean(usesDoRA),
      "use_rslora": .boolean(usesRankStabilisation),
    ]
  }

  /// Names as a list; a pattern or the keyword `all-linear` as the bare text that PEFT wants.
  private var targets: JSONValue {
    let isName = { (text: String) in
      text != "all-linear" && text.allSatisfy { $0.isLetter || $0.isNumber || "._".contains($0) }
    }
    if targetModules.count == 1, !isName(targetModules[0]) { return .string(targetModules[0]) }
    return .array(targetModules.sorted().map(JSONValue.string))
  }

  /// PEFT writes a whole alpha without a fraction.
  private func number(_ value: Double) -> JSONValue {
    Int(exactly: value).map(JSONValue.integer) ?? .number(value)
  }
}
