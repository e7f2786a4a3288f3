// Colours by meaning: what the lexer sees, made exact by what names mean.

import JSON
import Language
import Syntax

/// The tokens of a recipe as the protocol packs them: five numbers each.
struct SemanticTokens {
  /// The kinds of the protocol that are used, in the order of the legend.
  enum Kind: String, CaseIterable {
    case keyword, variable, parameter, property, function, type, namespace, number, string
    case comment, `operator`
  }

  enum Modifier: String, CaseIterable {
    case declaration, readonly, defaultLibrary, documentation
  }

  static var legend: JSONValue {
    [
      "tokenTypes": .list(Kind.allCases.map { .text($0.rawValue) }),
      "tokenModifiers": .list(Modifier.allCases.map { .text($0.rawValue) }),
    ]
  }

  private struct Piece {
    let range: SourceRange
    let kind: Kind
    let modifiers: [Modifier]
  }

  private let pieces: [Piece]
  private let source: SourceText
  private let map: PositionMap

  init(_ analysis: Analysis, _ map: PositionMap) {
    source = analysis.source
    self.map = map
    let resolution = analysis.resolution
    let meanings = Dictionary(resolution.occurrences.map { ($0.range, $0) }) { first, _ in first }
    pieces = Highlight.spans(in: analysis.source).compactMap { span in
      if let occurrence = meanings[span.range],
        let (kind, modifiers) = SemanticTokens.look(occurrence, resolution)
      {
        return Piece(range: span.range, kind: kind, modifiers: modifiers)
      }
      return span.kind.plain.map {
        Piece(
          range: span.range, kind: $0,
          modifiers: span.kind == .documentation ? [.documentation] : [])
      }
    }
  }

  private static func look(_ occurrence: Resolution.Occurrence, _ resolution: Resolution)
    -> (Kind, [Modifier])?
  {
    switch occurrence.meaning {
    case .symbol(let index):
      let symbol = resolution.symbols[index]
      let modifiers: [Modifier] = occurrence.isDefinition ? [.declaration] : []
      return (symbol.kind.look, modifiers + (symbol.kind == .value ? [.readonly] : []))
    case .imported, .member, .field: return (.property, [])
    case .word: return (.function, [.defaultLibrary])
    case .label: return (.parameter, [])
    case .column: return (.property, [.readonly])
    case .builtIn: return (.type, [.defaultLibrary])
    case .unknown: return nil
    }
  }

  /// Line and start counted from the token before, length, kind, modifiers.
  var json: JSONValue {
    var numbers: [JSONValue] = []
    var last = Position(line: 0, character: 0)
    for piece in pieces {
      for range in source.lines(of: piece.range) {
        let start = map.position(of: range.start)
        let end = map.position(of: range.end)
        let isSameLine = start.line == last.line
        numbers += [
          .int(start.line - last.line),
          .int(isSameLine ? start.character - last.character : start.character),
          .int(end.character - start.character), .int(piece.kind.number),
          .int(piece.modifiers.reduce(0) { $0 | $1.bit }),
        ]
        last = start
      }
    }
    return .list(numbers)
  }
}

extension SemanticTokens.Kind {
  fileprivate var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension SemanticTokens.Modifier {
  fileprivate var bit: Int { 1 << (Self.allCases.firstIndex(of: self) ?? 0) }
}

extension Resolution.Symbol.Kind {
  fileprivate var look: SemanticTokens.Kind {
    switch self {
    case .value, .local: .variable
    case .param, .formal: .parameter
    case .type: .type
    case .function: .function
    case .recipe: .namespace
    }
  }
}

extension Highlight.Kind {
  /// What is shown where nothing is known of the meaning; punctuation stays as it is.
  fileprivate var plain: SemanticTokens.Kind? {
    switch self {
    case .keyword: .keyword
    case .label: .parameter
    case .name: .variable
    case .call: .function
    case .member, .column: .property
    case .number, .unit: .number
    case .text: .string
    case .comment, .documentation: .comment
    case .operator: .operator
    case .interpolation, .punctuation, .error: nil
    }
  }
}

extension SourceText {
  /// The parts of a range on each of its lines: a token of the protocol stands on one.
  fileprivate func lines(of range: SourceRange) -> [SourceRange] {
    let lines = lineIndex(at: range.start)...lineIndex(at: max(range.start, range.end - 1))
    return lines.compactMap { line in
      let whole = lineRange(line)
      let (start, end) = (max(whole.start, range.start), min(whole.end, range.end))
      return start < end ? SourceRange(start, end) : nil
    }
  }
}
