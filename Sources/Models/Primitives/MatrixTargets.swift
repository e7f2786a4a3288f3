import Vocabulary

/// Groups of matrices that an adapter or a format may go to.
public enum MatrixGroup: String, RecipeChoice {
  case attention
  case allLinear = "all-linear"
}

/// A group, or last parts of names, as `LanguageModel.modules(named:)` takes them.
typealias MatrixTargets = Either<MatrixGroup, [String]>

extension Parameter<MatrixTargets> {
  static var targets: Self {
    Self(
      "targets", "Which matrices: a group, or last parts of their names.",
      default: .first(.allLinear))
  }
}

extension MatrixTargets {
  var names: [String] {
    switch self {
    case .first(let group): [group.rawValue]
    case .second(let names): names
    }
  }
}
