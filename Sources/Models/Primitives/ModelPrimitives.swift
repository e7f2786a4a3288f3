import Datasets
import Formats
import Foundation
import Tensors
import Tokenizers
import Vocabulary

extension Vocabulary.Primitive {
  public static let modelPrimitives: [Vocabulary.Primitive] = [
    model, newModel, withTemplate, llama, gpt2, gptNeoX, trainVocabulary, saveModel,
  ]

  /// A model for examples that need no file.
  package static let tinyModel =
    "new_model(llama(width: 16, layers: 1, heads: 2), "
    + #"vocabulary: train_vocabulary(rows([(text: "a bc")]), of: .text, size: 260))"#

  public static let model = Vocabulary.Primitive(
    "model",
    "A model from a Hugging Face folder, a GGUF file or a PEFT adapter folder; \"tiny\" is inside.",
    in: .models, cost: .light, effects: .reads,
    typing: .derived { try LanguageModel.head($0)?.type ?? LanguageModel.recipeType },
    outline: { try LanguageModel.head($0)?.outline },
    Parameter<RecipePath>.subject("path", "The folder or file; its weights are mapped, not read.")
  ) { context, path in
    try LanguageModel(opening: LanguageModel.place(of: path.text, from: context.directory))
  }

  public static let newModel = Vocabulary.Primitive(
    "new_model", "A model of random weights: normal with deviation 0.02, norms one, biases zero.",
    in: .models, cost: .light, outline: designed, examples: [tinyModel],
    Parameter<ModelDesign>.subject("architecture", "Its shape, by `llama`, `gpt2`, `gpt_neox`."),
    Parameter<TrainedTokenizer>("vocabulary", "Its tokens, by `train_vocabulary`."),
    Parameter<String?>("template", "Its chat template in Jinja; none for plain texts."),
    Parameter("seed", "Another seed, other weights.", default: 0, .atLeast(0)),
    Parameter<PackedFormat?>(
      "weights", "The format of the matrices in its layers, each packed as it is made; f32.")
  ) { _, design, vocabulary, template, seed, format in
    try LanguageModel(
      new: design, tokenizer: vocabulary.tokenizer, template: template, seed: UInt64(seed),
      matrices: format?.element)
  }

  public static let withTemplate = Vocabulary.Primitive(
    "with_template", "The model with another chat template.", in: .models, cost: .light,
    typing: .derived { $0.type("model") }, outline: { $0.modelOutline("model") },
    examples: [
      #"\#(tinyModel) |> with_template(chatml_template()) |> generate("a", max: 2tokens)"#
    ],
    Parameter<LanguageModel>.subject("model", "The model."),
    Parameter<String>.subject("template", "The template in Jinja.")
  ) { _, model, template in
    try model.with(template: template)
  }

  /// A design says how many positions there will be.
  ///
  /// Where the vocabulary has its full size, it says all shapes.
  @Sendable private static func designed(_ call: CallSite) throws -> (any Outline)? {
    guard case .opaque(let design as ModelDesign)? = call.value("architecture") else { return nil }
    let names = ["max_position_embeddings", "n_positions"]
    guard let context = names.lazy.compactMap({ design.config[$0]?.int }).first else { return nil }
    guard let size = (call.argument("vocabulary")?.outline as? VocabularyOutline)?.size,
      let format = call.value("weights")
    else { return ModelOutline(context: context) }
    let matrices = try PackedFormat?(recipeValue: format)?.element
    return ModelOutline(
      context: context,
      planned: try? LanguageModel(planned: design, vocabulary: size, matrices: matrices))
  }

  public static let trainVocabulary = Vocabulary.Primitive(
    "train_vocabulary", "A vocabulary of byte pairs learnt from the texts of rows.", in: .models,
    cost: .heavy,
    outline: {
      guard case .int(let size)? = $0.value("size") else { return nil }
      return VocabularyOutline(size: size)
    },
    examples: [#"train_vocabulary(rows([(text: "a bc")]), of: .text, size: 260)"#],
    Parameter<Dataset>.subject("rows", "Rows with texts."),
    Parameter<RowExpression<String>>("of", "The text of a row."),
    Parameter(
      "size", "How many tokens there are at most; special tokens and all bytes are among them.",
      .atLeast(257)),
    Parameter("end", "The token that ends an answer or a text.", default: "</s>"),
    Parameter<String?>("start", "The token that begins a text, where there is one."),
    Parameter<[String]>("special", "Further texts that are one token each.", default: [])
  ) { _, data, text, size, end, start, special in
    let names = ([start].compactMap { $0 } + [end] + special).uniqued()
    let texts = try data.rows.map { try text($0) }
    let trained = Tokenizer.train(on: texts, size: size, special: names)
    var ids = trained.special
    ids.eos = trained.id(of: end).map(Int.init)
    ids.bos = start.flatMap(trained.id(of:)).map(Int.init)
    return TrainedTokenizer(trained.with(special: ids))
  }

  public static let saveModel = Vocabulary.Primitive(
    "save", "Writes a model for other programs: a folder, an adapter or a GGUF file.",
    in: .results, cost: .effect, effects: .writes,
    Parameter<LanguageModel>.subject("model", "The model."),
    Parameter<RecipePath>("to", "The folder, or a file that ends in .gguf."),
    Parameter<SaveKind?>(
      "as",
      "What to write: \"adapter\" when the model wears one over a file's weights, \"gguf\" when "
        + "the name says so, else a Hugging Face folder with all adapters merged."),
    Parameter<SavedType?>(
      "weights", "The format of weights: f32 in folders, what they are in GGUF files.")
  ) { context, model, path, kind, type in
    let url = context.resolve(path.text)
    let format = model.format(kind, type, url)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try model.save(to: url, as: format)
    if format == .adapter, model.adapters.count > 1 {
      context.report(
        .message(
          "\(path.text) holds the last of \(model.adapters.count) adapters; "
            + "save as: \"folder\" merges all of them."))
    }
    if format != .adapter, model.exportsOriginal {
      context.report(
        .message(
          "\(path.text): what the adapters add is put onto the file's own weights, not onto their "
            + "packed copies; merge() before save keeps exactly what was trained."))
    }
    context.report(.saved(path.text))
    return Value.none
  }
}

/// What `save` writes of a model.
public enum SaveKind: String, RecipeChoice { case folder, adapter, gguf }

extension LanguageModel {
  fileprivate func format(_ kind: SaveKind?, _ type: SavedType?, _ url: URL) -> SaveFormat {
    switch kind {
    case .folder?: return .folder(type?.element ?? .f32)
    case .adapter?: return .adapter
    case .gguf?: return .gguf(type?.element)
    case nil: break
    }
    if url.pathExtension == "gguf" { return .gguf(type?.element) }
    // Over weights that no file holds, an adapter alone would be half a model.
    return !adapters.isEmpty && origin != .made ? .adapter : .folder(type?.element ?? .f32)
  }
}

extension Array<String> {
  fileprivate func uniqued() -> [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}

extension Library {
  /// The types that models bring.
  public static let modelTypes: [TypeEntry] = [
    TypeEntry(
      LanguageModel.typeName,
      "A language model with its tokenizer and adapters; a reward model names its outputs besides.",
      arity: 1
    ) { _ in
      LanguageModel.members
    },
    TypeEntry(RecordedCurve.typeName, "A figure at each step of a training.") { _ in
      RecordedCurve.members
    },
    TypeEntry(
      UnattachedAdapter.typeName, "An adapter, or a reward head, that a model can wear.", arity: 1),
    TypeEntry(ModelDesign.typeName, "The shape of a model that is yet to be made."),
    TypeEntry(TrainedTokenizer.typeName, "A vocabulary with the rule that cuts texts.") { _ in
      TrainedTokenizer.members
    },
  ]

  /// The results of models that the store keeps.
  public static let storedModelTypes: [any StoredValue.Type] = [
    LanguageModel.self, TrainedTokenizer.self,
  ]
}
