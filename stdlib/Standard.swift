import Datasets
import Evaluation
import Models
import Training
import Vocabulary

extension Library {
  /// All words of the language, one line each, in the order of the manual.
  public static let standard = Library(
    primitives: data + text + Primitive.modelPrimitives + Primitive.adapterPrimitives + training
      + Primitive.generationPrimitives + evaluation + results,
    types: modelTypes + lossTypes + [
      TypeEntry("Schedule", "The learning rate over a run."),
      TypeEntry("Metric", "What to measure of a model."),
    ],
    sources: [Source(name: "losses.recipe", text: PackageResources.lossesText)],
    stored: [Dataset.self, LanguageModel.self, TrainedTokenizer.self])

  private static let data: [Primitive] = [
    .jsonl, .json, .csv, .tsv, .lines, .rows,
    .select, .add, .rename, .explode,
    .filter, .dedup, .take, .skip, .count,
    .shuffle, .sort, .split, .concat, .join,
    .dialogues, .pairs,
  ]

  private static let text: [Primitive] = [
    .length, .words, .characters, .lower, .upper, .trim, .contains, .startsWith, .endsWith,
    .replace,
    .splitText, .joinTexts, .text, .parseNumber, .reverse, .first, .last,
    .exponential, .logarithm, .squareRoot, .absolute, .round, .modulo, .quotient,
    .smallest, .largest, .total, .average, .pick,
  ]

  private static let training: [Primitive] =
    [.loss] + Primitive.lossFormulas + [.constant, .linear, .cosine, .train]

  private static let evaluation: [Primitive] = [.evaluate] + Primitive.metrics

  private static let results: [Primitive] = [.show, .saveRows]
}

extension PackageResources {
  /// The losses that are written in the language.
  static var lossesText: String { String(decoding: losses_recipe, as: UTF8.self) }
}
