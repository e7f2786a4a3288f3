// Imports: a recipe is a function of its params, and its value is the record of its names.

import Foundation
import Store
import Syntax
import Vocabulary

extension Elaborator {
  func importing(_ declaration: SyntaxTree.Import, _ statement: SyntaxTree.Statement) -> Defined {
    let (path, pin) = Elaborator.split(declaration.path)
    let url = URL.inRecipe(path, directory: place.directory).standardizedFileURL
    let name = declaration.name
    let broken = {
      self.place.scopes.define(name.text, .value(.wrong))
      return Defined(
        name: name, definition: .value(.wrong), documentation: nil, range: statement.range)
    }
    guard let module = module(name.text, url, declaration.pathRange) else { return broken() }
    if let pin, !keeps(pin, of: path, module, declaration) { return broken() }
    place.scopes.define(name.text, .module(module))
    return Defined(
      name: name, definition: .module(module), documentation: statement.documentation,
      range: statement.range)
  }

  /// `x.recipe#sha256-…` is a path and a pin.
  static func split(_ text: String) -> (path: String, pin: String?) {
    guard let mark = text.range(of: "#sha256-") else { return (text, nil) }
    return (String(text[..<mark.lowerBound]), String(text[mark.upperBound...]))
  }

  /// The pin is of the tree, not of the text: comments and layout may change.
  private func keeps(
    _ pin: String, of path: String, _ module: Module, _ declaration: SyntaxTree.Import
  ) -> Bool {
    let digest = digests[module.path] ?? ""
    if pin.count >= Elaborator.shortestPin, digest.hasPrefix(pin) { return true }
    let right = "\(path)#sha256-\(digest.prefix(16))"
    let change =
      pin.count < Elaborator.shortestPin
      ? "A pin has at least \(Elaborator.shortestPin) digits."
      : "Read what changed; then pin the new text, or bring the old one back."
    report(
      Diagnostic(
        .pinMismatch, "the imported recipe is not the one that was pinned",
        at: declaration.pathRange, label: "its pin is now #sha256-\(digest.prefix(16))",
        notes: [change], fix: .init(declaration.pathRange, "\"\(right)\"", "pin this text")))
    return false
  }

  private static var shortestPin: Int { 8 }

  /// Of the normalised tree, and of all that the recipe imports.
  private func digest(of file: SyntaxTree.File, in directory: Folder) -> String {
    let inner = file.statements.compactMap { statement -> String? in
      guard case .importing(let declaration) = statement.kind else { return nil }
      let (path, _) = Elaborator.split(declaration.path)
      return digests[URL.inRecipe(path, directory: directory).standardizedFileURL.path]
    }
    return Digest.sha256(([file.canonicalText] + inner).joined(separator: "\n"))
  }

  private func module(_ name: String, _ url: URL, _ range: SourceRange) -> Module? {
    let importing = place.setting.importing
    guard !importing.contains(url.path) else {
      report(
        Diagnostic(
          .importCycle, "this recipe imports itself", at: range,
          label: importing.count == 1
            ? "this very file" : "by way of \(importing.count - 1) other recipes",
          notes: ["Move what both need into a third recipe."]))
      return nil
    }
    guard mayImport(url, as: name, at: range) else { return nil }
    imported.insert(url.path)
    observations?.imported.insert(url.path)
    guard let source = reader.read(url.path) else {
      report(
        Diagnostic(
          .importFailed, "there is no recipe at this path", at: range, label: "not found",
          notes: ["Looked for \(url.path).", "Paths start at the folder of the importing recipe."]))
      return nil
    }
    let (file, problems) = Parser.parse(source)
    let inside = surroundings(of: source, at: url.path)
    let (formals, found) = collecting { within(inside) { self.formals(of: file) } }
    guard let first = (problems + found).first(where: { $0.severity == .error }) else {
      digests[url.path] = digest(of: file, in: inside.directory)
      return Module(name: name, file: file, source: source, path: url.path, formals: formals)
    }
    report(
      Diagnostic(
        .importFailed, "the imported recipe does not check: \(first.message)", at: range,
        label: "imported here",
        secondary: [.init(first.primary.range, first.primary.text, in: source)],
        notes: first.notes + ["`roux check \(pathInFolder(url))` says all that is wrong with it."]))
    return nil
  }

  /// The path as a command in the folder of the recipe takes it.
  private func pathInFolder(_ url: URL) -> String {
    let folder = place.directory.standardizedFileURL.path + "/"
    return url.path.hasPrefix(folder) ? String(url.path.dropFirst(folder.count)) : url.path
  }

  private func surroundings(
    of source: SourceText, at path: String, given: ByName<Typed> = [:]
  ) -> Place {
    Place(
      Setting(
        source, in: URL(filePath: path).deletingLastPathComponent(), given: given,
        importing: place.setting.importing + [path], collectsEffects: false))
  }

  /// The params, found by looking at the whole recipe once with its defaults.
  private func formals(of file: SyntaxTree.File) -> Formals {
    _ = run(file)
    let all = file.statements.compactMap { statement -> Formal? in
      guard case .parameter(let parameter) = statement.kind else { return nil }
      let (type, _) = collecting { self.type(parameter.type) }
      return Formal(
        name: parameter.name.text, type: type, summary: statement.documentation ?? "",
        fallbackSource: parameter.fallback.map { place.source[$0.range] },
        isOptional: parameter.fallback != nil || type.isOptional)
    }
    return Formals(all)
  }

  func call(_ module: Module, _ arguments: [Given], _ callee: SourceRange, at range: SourceRange)
    -> Typed
  {
    place.label = nil
    guard let matched = match(arguments, to: module.formals, of: module.name, at: callee) else {
      return .wrong
    }
    let found = elaborated(matched, of: module.name)
    guard !found.isWrong else { return .wrong }
    var inside = surroundings(of: module.source, at: module.path, given: found.byName)
    inside.prefix = place.prefix
    let (names, problems) = collecting { within(inside) { run(module.file) } }
    if let first = problems.first(where: { $0.severity == .error }) {
      return wrong(
        Diagnostic(
          first.code, first.message, at: callee, label: "with these params",
          secondary: [
            .init(
              first.primary.range, first.primary.text, in: first.primary.source ?? module.source)
          ],
          notes: first.notes.isEmpty
            ? ["Without params it checks: one of these does not fit."] : first.notes))
    }
    let values = names.compactMap { one -> (String, Typed)? in
      guard case .value(let typed) = one.definition else { return nil }
      return (one.name.text, typed)
    }
    return record(values.map(\.0), values.map(\.1), at: range)
  }
}
