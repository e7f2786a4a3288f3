// The recipes at hand: those that are open, and those in the folders of the client.

import Foundation
import Language
import Syntax

/// Open texts, and what is known of them; each is looked at once per change.
struct Workspace {
  let lexicon: Lexicon
  var encoding = PositionEncoding.utf16
  /// Folders that the client has open.
  var folders: [String] = []
  private(set) var documents: [String: Document] = [:]
  /// What data and models told: they are read again only when they have changed.
  private let probes = Probes()
  private var analyses: [String: Analysis] = [:]
  /// Open recipes that changed, or import one that did, since `takeChanged`.
  private(set) var changed: Set<String> = []

  init(lexicon: Lexicon) { self.lexicon = lexicon }

  // MARK: Open texts

  mutating func open(_ document: Document) {
    documents[document.path] = document
    invalidate(document.path)
  }

  mutating func change(_ path: String, _ work: (inout Document) -> Void) {
    guard var document = documents[path] else { return }
    work(&document)
    documents[path] = document
    invalidate(path)
  }

  mutating func close(_ path: String) {
    invalidate(path)
    documents[path] = nil
    changed.remove(path)
  }

  /// Forgets all that was found out, as after a change of files.
  mutating func refresh() {
    analyses = [:]
    changed.formUnion(documents.keys)
  }

  mutating func takeChanged() -> [String] {
    defer { changed = [] }
    return changed.sorted()
  }

  private mutating func invalidate(_ path: String) {
    let importers = analyses.filter { $0.value.imported.contains(path) }.keys
    for one in importers { analyses[one] = nil }
    analyses[path] = nil
    changed.formUnion([path] + importers.filter { documents[$0] != nil })
  }

  // MARK: Recipes

  /// Gives the texts of the client where it has them, else the files.
  var reader: RecipeReader {
    let open = documents.mapValues(\.source)
    return RecipeReader { open[$0] ?? RecipeReader.files.read($0) }
  }

  func source(at path: String) -> SourceText? { reader.read(path) }

  /// What is known of a recipe, open or not.
  mutating func analysis(of path: String) -> Analysis? {
    if let known = analyses[path] { return known }
    guard let source = source(at: path) else { return nil }
    let analysis = Analysis(source, at: path, lexicon: lexicon, reader: reader, probes: probes)
    // A file that is not open may change without a word.
    if documents[path] != nil { analyses[path] = analysis }
    return analysis
  }

  /// The address of a recipe, as the client spells it if it is open.
  func uri(of path: String) -> String { documents[path]?.uri ?? FileAddress.uri(of: path) }

  func map(_ source: SourceText) -> PositionMap { PositionMap(source, encoding) }

  /// The path of an address; one that is no file stands in the first folder.
  func path(of uri: String) -> String {
    if let path = FileAddress.path(of: uri) { return path }
    if let open = documents.values.first(where: { $0.uri == uri }) { return open.path }
    let folder = folders.first ?? FileManager.default.currentDirectoryPath
    let name = uri.split(whereSeparator: { $0 == "/" || $0 == ":" }).last.map(String.init)
    return URL(filePath: folder).appending(path: name ?? "untitled").standardizedFileURL.path
  }

  // MARK: Folders

  /// All recipes that may speak of one: the open ones and those of the folders.
  func recipes(around path: String) -> [String: SourceText] {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    var found = documents.mapValues(\.source)
    for path in (folders.isEmpty ? [folder] : folders).flatMap(Workspace.recipes) + [path]
    where found[path] == nil {
      found[path] = RecipeReader.files.read(path)
    }
    return found
  }

  /// A folder may be anything, a home folder too, so the search ends at some point.
  private static let searchLimit = 20_000

  private static func recipes(in folder: String) -> [String] {
    let options: FileManager.DirectoryEnumerationOptions = [
      .skipsHiddenFiles, .skipsPackageDescendants,
    ]
    let files = FileManager.default.enumerator(
      at: URL(filePath: folder), includingPropertiesForKeys: nil, options: options)
    var found: [String] = []
    var seen = 0
    while let url = files?.nextObject() as? URL, seen < searchLimit {
      seen += 1
      if url.lastPathComponent == "node_modules" { files?.skipDescendants() }
      if url.pathExtension == "recipe" { found.append(url.standardizedFileURL.path) }
    }
    return found
  }
}
