// What is wrong with a recipe, and the edits that put it right.

import JSON
import Language
import Syntax

extension LanguageServer {
  /// The notification with all that is wrong with an open recipe.
  mutating func diagnostics(of path: String) -> JSONValue? {
    guard let document = workspace.documents[path], let analysis = workspace.analysis(of: path)
    else { return nil }
    let map = workspace.map(analysis.source)
    let list = analysis.diagnostics.map { json($0, analysis, map) }
    return Reply.notification(
      "textDocument/publishDiagnostics",
      .object(of: [
        "uri": .text(document.uri), "version": document.version.map { .int($0) },
        "diagnostics": .list(list),
      ]))
  }

  private func json(_ diagnostic: Diagnostic, _ analysis: Analysis, _ map: PositionMap)
    -> JSONValue
  {
    let isElsewhere = diagnostic.primary.source.map { $0 != analysis.source } ?? false
    let range = isElsewhere ? SourceRange(0, 0) : diagnostic.primary.range
    let related = diagnostic.secondary.compactMap { self.related($0, analysis) }
    return .object(of: [
      "range": map.json(range), "severity": .int(severity(of: diagnostic)),
      "code": .text(diagnostic.code.rawValue), "source": "roux",
      "message": .text(words(diagnostic)),
      "relatedInformation": related.isEmpty ? nil : .list(related),
    ])
  }

  /// A param without a default is a mistake only of who runs the recipe without a value.
  private func severity(of diagnostic: Diagnostic) -> Int {
    if diagnostic.code == .missingParameter { return 3 }
    switch diagnostic.severity {
    case .error: return 1
    case .warning: return 2
    case .note: return 3
    }
  }

  /// All that a terminal would show, but for the lines of the text itself.
  private func words(_ diagnostic: Diagnostic) -> String {
    let label = diagnostic.primary.text
    return ([diagnostic.message] + (label.isEmpty ? [] : [label]) + diagnostic.notes)
      .joined(separator: "\n")
  }

  private func related(_ label: Diagnostic.Label, _ analysis: Analysis) -> JSONValue? {
    let source = label.source ?? analysis.source
    guard let uri = uri(of: source, in: analysis) else { return nil }
    return [
      "location": ["uri": .text(uri), "range": workspace.map(source).json(label.range)],
      "message": .text(label.text.isEmpty ? "here" : label.text),
    ]
  }

  /// The address of a text that a recipe speaks of: its own, an import's or the library's.
  private func uri(of source: SourceText, in analysis: Analysis) -> String? {
    if source == analysis.source { return workspace.uri(of: analysis.path) }
    if let path = analysis.imported.sorted().first(where: { workspace.source(at: $0) == source }) {
      return workspace.uri(of: path)
    }
    return library.contains(source) ? library.path(of: source).map(FileAddress.uri) : nil
  }

  // MARK: Fixes

  /// The fixes for what is wrong in a range, and one for all that can be fixed.
  func actions(
    _ analysis: Analysis, _ map: PositionMap, _ range: SourceRange, _ params: JSONValue
  ) -> JSONValue {
    let wanted = (params["context"]?["only"]?.list ?? []).compactMap(\.text)
    let takes = { (kind: String) in
      wanted.isEmpty || wanted.contains { kind == $0 || kind.hasPrefix($0 + ".") }
    }
    let uri = workspace.uri(of: analysis.path)
    let fixable = analysis.diagnostics.filter { $0.fix != nil }
    var actions: [JSONValue] = []
    if takes("quickfix") {
      for diagnostic in fixable where diagnostic.primary.range.touches(range) {
        guard let fix = diagnostic.fix else { continue }
        actions.append([
          "title": .text(fix.description.capitalizedFirst), "kind": "quickfix",
          "diagnostics": [json(diagnostic, analysis, map)], "isPreferred": true,
          "edit": edit([uri: [(map.json(fix.range), fix.replacement)]]),
        ])
      }
    }
    let together = fixable.compactMap(\.fix).withoutOverlaps
    if takes("source.fixAll"), together.count > 1 || (!wanted.isEmpty && !together.isEmpty) {
      actions.append([
        "title": "Apply all fixes", "kind": "source.fixAll",
        "edit": edit([uri: together.map { (map.json($0.range), $0.replacement) }]),
      ])
    }
    return .list(actions)
  }

  /// Changes of several texts: by address, ranges and what they become.
  func edit(_ changes: [String: [(range: JSONValue, text: String)]]) -> JSONValue {
    let byAddress = changes.sorted { $0.key < $1.key }.map { uri, edits in
      (uri, JSONValue.list(edits.map { ["range": $0.range, "newText": .text($0.text)] }))
    }
    return ["changes": .object(JSONObject(byAddress))]
  }
}

extension SourceRange {
  /// Whether two ranges have a byte or an end in common.
  func touches(_ other: SourceRange) -> Bool { start <= other.end && other.start <= end }
}

extension [Diagnostic.Fix] {
  /// The fixes in the order of the text, each beginning where the one before has ended.
  fileprivate var withoutOverlaps: [Diagnostic.Fix] {
    var kept: [Diagnostic.Fix] = []
    for fix in sorted(by: { $0.range.start < $1.range.start })
    where kept.last.map({ $0.range.end <= fix.range.start && $0 != fix }) ?? true {
      kept.append(fix)
    }
    return kept
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
