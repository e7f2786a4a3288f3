import Asking
import Datasets
import Evaluation
import Models
import Training
import Vocabulary

extension Library {
  /// All words of the language, one line each, in the order of the manual.
  public static let standard = Library(
    primitives: data + text + Primitive.lists + Primitive.modelPrimitives
      + Primitive.adapterPrimitives + training + Primitive.generationPrimitives + Primitive.asking
      + evaluation + sweeps + results,
    types: modelTypes + lossTypes + [
      TypeEntry("Schedule", "The learning rate over a run."),
      TypeEntry("Measures", "Scores with what each row gave to them.", arity: 1) {
        $0.first?.fields ?? []
      },
      TypeEntry("Endpoint", "A model behind an address.") { _ in [RecordField("name", .text)] },
      TypeEntry("Secret", "A handle of what may not be seen."),
      TypeEntry("Reliability", "What came true, by what was predicted.") { _ in
        Reliability.members
      },
    ] + sweepTypes + evaluationTypes,
    sources: written,
    stored: [
      Dataset.self, LanguageModel.self, TrainedTokenizer.self, Measures.self, Rollouts.self,
    ])

  private static let data: [Primitive] =
    [
      .jsonl, .json, .csv, .tsv, .lines, .rows,
      .select, .add, .rename, .explode,
      .filter, .dedup, .take, .skip, .count,
      .shuffle, .sort, .split, .concat, .join, .melt, .collect,
      .dialogues, .pairs, .novel,
    ] + Primitive.provenance

  private static let text: [Primitive] = [
    .length, .words, .characters, .lower, .upper, .trim, .contains, .startsWith, .endsWith,
    .replace, .capitalise, .removeBetween,
    .splitText, .joinTexts, .text, .parseNumber, .reverse, .first, .last,
    .exponential, .logarithm, .squareRoot, .absolute, .cosineOfNumber, .roundDown, .round, .modulo,
    .quotient,
    .smallest, .largest, .total, .average, .pick, .betaCDF,
  ]

  private static let training: [Primitive] =
    [.loss] + Primitive.lossFormulas + Primitive.lossColumns
    + Primitive.groupFormulas + [.rollout, .gradientCheck] + [
      .constant, .linear, .cosine, .schedule, .train, .curve, .rollouts, .attempts,
    ]

  private static let evaluation: [Primitive] =
    [.evaluate, .measure, .difference, .sideBySide] + Primitive.metrics + [.score]
    + Primitive.statistics + [.task] + Primitive.scorings

  private static let sweeps: [Primitive] = Primitive.distributions + [.ranking, .table]

  private static let results: [Primitive] = [.show, .saveRows, .saveRecords]
}

extension Library {
  /// The part of the library that is written in the language, in the order in which files may use
  /// each other.
  private static let written: [Source] = [
    source("losses.recipe", in: .losses, PackageResources.losses_recipe),
    source("rollouts.recipe", in: .losses, PackageResources.rollouts_recipe),
    source("attempts.recipe", in: .generation, PackageResources.attempts_recipe),
    source("ratings.recipe", in: .evaluation, PackageResources.ratings_recipe),
    source("schedules.recipe", in: .training, PackageResources.schedules_recipe),
    source("prompts.recipe", in: .prompts, PackageResources.prompts_recipe),
    source("cleaning.recipe", in: .cleaning, PackageResources.cleaning_recipe),
    source("judging.recipe", in: .evaluation, PackageResources.judging_recipe),
    source("generation.recipe", in: .generation, PackageResources.generation_recipe),
    source("tasks.recipe", in: .evaluation, PackageResources.tasks_recipe),
    source("metrics.recipe", in: .evaluation, PackageResources.metrics_recipe),
    source("sweeps.recipe", in: .sweeps, PackageResources.sweeps_recipe),
  ]

  private static func source(_ name: String, in chapter: Chapter, _ bytes: [UInt8]) -> Source {
    Source(name: name, in: chapter, text: String(decoding: bytes, as: UTF8.self))
  }
}
