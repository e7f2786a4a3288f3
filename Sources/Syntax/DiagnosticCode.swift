/// Every code that a diagnostic can carry; `roux explain` has a page for each.
///
/// E01xx syntax, E02xx names and labels, E03xx types and columns, E04xx files and inputs,
/// E05xx plan and memory, E06xx running. A code is never used again for something else.
public enum DiagnosticCode: String, Hashable, Sendable, CaseIterable {
  // MARK: Syntax
  case unexpectedToken = "E0101"
  case unexpectedCharacter = "E0102"
  case unterminatedText = "E0103"
  case invalidEscape = "E0104"
  case malformedNumber = "E0105"
  case unclosedBracket = "E0106"
  case unmatchedBracket = "E0107"
  case nestedTooDeeply = "E0108"
  case invalidUTF8 = "E0109"
  case chainedComparison = "E0110"
  case pipeTarget = "E0111"
  case missingLabel = "E0112"
  case mixedRecord = "E0113"
  case keywordAsName = "E0114"
  case misplacedSpread = "E0115"
  case blockWithoutValue = "E0116"
  case interpolatedPath = "E0117"

  // MARK: Syntax, habits from elsewhere
  case equalsInCall = "E0131"
  case foreignOperator = "E0132"
  case foreignLiteral = "E0133"
  case foreignLambda = "E0134"
  case foreignText = "E0135"
  case foreignStatement = "E0136"
  case foreignBinding = "E0137"
  case foreignDefinition = "E0138"
  case foreignComment = "E0139"
  case semicolon = "E0140"
  case pastedYAML = "E0141"
  case foreignConditional = "E0142"
}
