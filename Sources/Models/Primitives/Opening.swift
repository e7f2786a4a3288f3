import Embedded
import Formats
import Foundation
import Tokenizers
import Vocabulary

extension CallSite {
  /// What is seen at the place that a path leads to; nil where the path is known only after running.
  func looking<Seen>(at parameter: String, _ look: (URL) throws -> Seen) throws -> Seen? {
    guard case .text(let path)? = value(parameter) else { return nil }
    let url = try LanguageModel.place(of: path, from: directory)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw Complaints(Self.missing(path, url, parameter, directory))
    }
    do { return try look(url) } catch {
      throw Complaints(Self.unreadable(path, url, parameter, error))
    }
  }

  private static func missing(
    _ path: String, _ url: URL, _ parameter: String, _ directory: URL
  ) -> Complaint {
    Complaint(
      .missingFile(path: url.path), at: parameter, "there is no file or folder `\(path)`",
      label: "not found",
      notes: ["Relative paths start at the recipe's folder, \(directory.path)."])
  }

  private static func unreadable(
    _ path: String, _ url: URL, _ parameter: String, _ error: any Error
  ) -> Complaint {
    let (file, part, problem, advice): (String?, String?, String, String?) =
      switch error {
      case let error as FormatError: (error.path, error.place, error.problem, error.advice)
      case let error as ModelError: (error.model, error.place, error.problem, error.advice)
      default: (nil, nil, "\(error)", nil)
      }
    // In a folder, which file it is has to be said.
    let name = file.map { URL(filePath: $0).lastPathComponent }
    let place = [name == url.lastPathComponent ? nil : name, part].compactMap(\.self)
      .joined(separator: ", ")
    return Complaint(
      .unreadableFile(path: url.path), at: parameter,
      "`\(path)` cannot be opened: " + (place.isEmpty ? "it \(problem)" : "\(place) \(problem)"),
      label: problem, notes: advice.map { [$0] } ?? [])
  }
}

extension LanguageModel {
  /// Where a recipe's path leads; `tiny` is the model inside the program, unless there is a file
  /// of that name.
  static func place(of path: String, from directory: Folder) throws -> URL {
    guard path == TinyModel.name,
      !FileManager.default.fileExists(atPath: "\(directory.path)/\(path)")
    else { return URL.inRecipe(path, directory: directory) }
    return try TinyModel.folder()
  }

  /// The model inside the program.
  package static func tiny() throws -> LanguageModel {
    try LanguageModel(opening: TinyModel.folder())
  }

  /// What is seen of models without reading their weights.
  struct Head: Sendable {
    var type: RecipeType
    /// Nil for an adapter, whose base says it.
    var outline: ModelOutline?
  }

  private static let heads = KnownHeads<Head>()

  /// The head of the model that a call names; nil where the path is known only after running.
  @Sendable static func head(_ call: CallSite) throws -> Head? {
    try call.looking(at: "path") { try heads.seen(at: $0, look) }
  }

  /// A model is looked at as far as is cheap: headers, settings, the shapes of all weights.
  private static func look(at url: URL) throws -> Head {
    let settings = url.appending(path: "adapter_config.json")
    guard !FileManager.default.fileExists(atPath: settings.path) else {
      let folder = try AdapterFolder(opening: url)
      return Head(type: ModelKind(isAdapted: true, outputs: folder.outputs).type)
    }
    let checkpoint = try Checkpoint(opening: url)
    let architecture = try Architectures.make(Settings(model: url.path, json: checkpoint.config))
    try architecture.checkShapes(of: checkpoint)
    guard checkpoint.ggufTokenizer != nil || !checkpoint.tokenizerFiles.isEmpty else {
      throw ModelError(
        model: url.path, problem: "stands without a tokenizer",
        advice: "Put the tokenizer.json of the model beside its weights.")
    }
    return Head(
      type: ModelKind(outputs: try RewardHead(of: checkpoint, architecture)?.names).type,
      outline: ModelOutline(
        context: architecture.dimensions.context, modules: architecture.modules))
  }
}
