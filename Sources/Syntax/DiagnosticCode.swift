/// Every code that a diagnostic can carry; `roux explain` has a page for each.
///
/// E01xx syntax, E02xx names and labels, E03xx types and columns, E04xx files and inputs,
/// E05xx plan and memory, E06xx running. A code is never used again for something else.
///
/// To add one:
/// 1. a case below, at the end of its family;
/// 2. its page: a `static let` in `Language/Explanations/…Explanations.swift` and a line in
///    `Pages.swift`, which does not compile without it. A test runs the recipe before, which must
///    give this code, and the recipe after, which must check clean;
/// 3. a wrong recipe `Tests/StandardTests/Wrong/some_name.recipe` that ends in `// exit: 3`, and
///    its message beside it: `UPDATE_MESSAGES=1 swift test --filter WrongTests` writes
///    `some_name.txt`. Read that as somebody who meets it for the first time: does it stand alone,
///    point at the place, say under it what was found, and tell in a note or a fix what to do?
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
  case quotedLabel = "E0143"

  // MARK: Names and calls
  case unknownName = "E0201"
  case duplicateName = "E0202"
  case unknownArgument = "E0203"
  case missingArgument = "E0204"
  case duplicateArgument = "E0205"
  case tooManyArguments = "E0206"
  case unlabelledArgument = "E0207"
  case notCallable = "E0208"
  case notAValue = "E0209"
  case recursion = "E0210"
  case shadowing = "E0211"
  case unknownType = "E0212"
  case typeArguments = "E0213"
  case importFailed = "E0214"
  case importCycle = "E0215"
  case pinMismatch = "E0216"
  case missingParameter = "E0217"
  case unknownOption = "E0218"
  case invalidOption = "E0219"
  case effectInFunction = "E0220"

  // MARK: Types and columns
  case typeMismatch = "E0301"
  case wrongUnit = "E0302"
  case invalidChoice = "E0303"
  case operatorTypes = "E0304"
  case unknownMember = "E0305"
  case ruleBroken = "E0306"
  case constraintBroken = "E0307"
  case columnOutsideRow = "E0308"
  case deferredRange = "E0309"
  case optionalValue = "E0310"
  case dimensions = "E0311"
  case missingColumns = "E0312"
  case stageInRow = "E0313"
  case evaluationFailed = "E0314"
  case needlessFallback = "E0315"

  // MARK: Files and inputs
  case missingFile = "E0401"
  case unreadableInput = "E0402"

  // MARK: Plan and memory
  case doesNotFit = "E0501"
  case rowsOverlap = "E0502"
  case outputsCollide = "E0503"
  case inputOverwritten = "E0504"
  case notPermitted = "E0505"
  case nothingToLearn = "E0506"
  case tooLittleMemory = "E0507"

  // MARK: Running
  case stageFailed = "E0601"
  case checkFailed = "E0602"
  case skipped = "E0603"

  /// Whether it is about the text alone, before any name means something.
  public var isSyntax: Bool { rawValue.hasPrefix("E01") }
  /// Whether it is about a habit from another language.
  public var isHabit: Bool { isSyntax && rawValue >= "E0131" }
}
