// Which page belongs to which code.

import Syntax

extension DiagnosticCode {
  /// The page of the code; a code without one does not compile.
  public var explanation: Explanation {
    switch self {
    case .unexpectedToken: .unexpectedToken
    case .unexpectedCharacter: .unexpectedCharacter
    case .unterminatedText: .unterminatedText
    case .invalidEscape: .invalidEscape
    case .malformedNumber: .malformedNumber
    case .unclosedBracket: .unclosedBracket
    case .unmatchedBracket: .unmatchedBracket
    case .nestedTooDeeply: .nestedTooDeeply
    case .invalidUTF8: .invalidUTF8
    case .chainedComparison: .chainedComparison
    case .pipeTarget: .pipeTarget
    case .missingLabel: .missingLabel
    case .mixedRecord: .mixedRecord
    case .keywordAsName: .keywordAsName
    case .misplacedSpread: .misplacedSpread
    case .blockWithoutValue: .blockWithoutValue
    case .interpolatedPath: .interpolatedPath
    case .equalsInCall: .equalsInCall
    case .foreignOperator: .foreignOperator
    case .foreignLiteral: .foreignLiteral
    case .foreignLambda: .foreignLambda
    case .foreignText: .foreignText
    case .foreignStatement: .foreignStatement
    case .foreignBinding: .foreignBinding
    case .foreignDefinition: .foreignDefinition
    case .foreignComment: .foreignComment
    case .semicolon: .semicolon
    case .pastedYAML: .pastedYAML
    case .foreignConditional: .foreignConditional
    case .quotedLabel: .quotedLabel
    case .unknownName: .unknownName
    case .duplicateName: .duplicateName
    case .unknownArgument: .unknownArgument
    case .missingArgument: .missingArgument
    case .duplicateArgument: .duplicateArgument
    case .tooManyArguments: .tooManyArguments
    case .unlabelledArgument: .unlabelledArgument
    case .notCallable: .notCallable
    case .notAValue: .notAValue
    case .recursion: .recursion
    case .shadowing: .shadowing
    case .unknownType: .unknownType
    case .typeArguments: .typeArguments
    case .importFailed: .importFailed
    case .importCycle: .importCycle
    case .pinMismatch: .pinMismatch
    case .missingParameter: .missingParameter
    case .unknownOption: .unknownOption
    case .invalidOption: .invalidOption
    case .effectInFunction: .effectInFunction
    case .typeMismatch: .typeMismatch
    case .wrongUnit: .wrongUnit
    case .invalidChoice: .invalidChoice
    case .operatorTypes: .operatorTypes
    case .unknownMember: .unknownMember
    case .ruleBroken: .ruleBroken
    case .constraintBroken: .constraintBroken
    case .columnOutsideRow: .columnOutsideRow
    case .deferredRange: .deferredRange
    case .optionalValue: .optionalValue
    case .dimensions: .dimensions
    case .missingColumns: .missingColumns
    case .stageInRow: .stageInRow
    case .evaluationFailed: .evaluationFailed
    case .needlessFallback: .needlessFallback
    case .missingFile: .missingFile
    case .unreadableInput: .unreadableInput
    case .doesNotFit: .doesNotFit
    case .rowsOverlap: .rowsOverlap
    case .outputsCollide: .outputsCollide
    case .inputOverwritten: .inputOverwritten
    case .notPermitted: .notPermitted
    case .nothingToLearn: .nothingToLearn
    case .tooLittleMemory: .tooLittleMemory
    case .stageFailed: .stageFailed
    case .checkFailed: .checkFailed
    case .skipped: .skipped
    }
  }
}
