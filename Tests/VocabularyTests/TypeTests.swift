import Testing
import Vocabulary

@Test func intsStandForFloatsAndNothingElseConverts() {
  #expect(RecipeType.float.accepts(.int))
  #expect(!RecipeType.int.accepts(.float))
  #expect(!RecipeType.text.accepts(.int))
  #expect(!RecipeType.int.accepts(.bool))
  #expect(RecipeType.path.accepts(.text))
}

@Test func recordsMayHaveMoreFieldsThanAskedFor() {
  let wanted = RecipeType.record([RecordField("prompt", .text)])
  let found = RecipeType.record([RecordField("n", .int), RecordField("prompt", .text)])
  #expect(wanted.accepts(found))
  #expect(!found.accepts(wanted))
  #expect(RecipeType.data(wanted).accepts(.data(found)))
}

@Test func budgetsTakeEpochsStepsTokensAndTimeAlone() {
  for dimension in Dimension.allCases {
    let isBudget = ![Dimension.ratio, .size].contains(dimension)
    #expect(RecipeType.budget.accepts(.quantity(dimension)) == isBudget, "\(dimension)")
  }
}

@Test func joinedTypesAcceptBoth() {
  let a = RecipeType.record([RecordField("x", .int), RecordField("y", .text)])
  let b = RecipeType.record([RecordField("x", .float)])
  let joined = a.joined(with: b)
  #expect(joined.description == "(x: Float, y: Text?)")
  #expect(joined.accepts(a) && joined.accepts(b))
}

@Test func unitsConvertWithinTheirDimension() {
  #expect(Quantity(3, .percent).base == 0.03)
  #expect(Quantity(2, .gibibytes).base == 2_147_483_648)
  #expect(Quantity(1.5, .hours).base == 5400)
  #expect(Unit(spelled: "epoch") == .epochs)
  #expect(Unit(spelled: "parsec") == nil)
}

@Test func canonicalTextIgnoresTheOrderOfLabelsAlone() {
  let a = Value.record(Record([("a", .int(1)), ("b", .text("x\n\""))]))
  let b = Value.record(Record([("b", .text("x\n\"")), ("a", .int(1))]))
  #expect(a.canonical == b.canonical)
  #expect(Value.list([.int(1), .int(2)]).canonical != Value.list([.int(2), .int(1)]).canonical)
  #expect(Value.text("1").canonical != Value.int(1).canonical)
  #expect(Value.float(1).canonical != Value.int(1).canonical)
  #expect(Value.float(1) == Value.int(1))
}

@Test func rulesSayWhatTheyWant() throws {
  let primitive = Primitive(
    "sample", "A sample.", in: .text, Parameter("beta", "Strength.", default: 0.1, .above(0))
  ) { _, beta in beta }
  #expect(primitive.signature == "sample(beta: Float = 0.1) -> Float")
  let slot = try #require(primitive.slot("beta"))
  #expect(slot.complaint(.int(-1)) == "must be above 0.0, not -1")
  #expect(slot.complaint(.float(0.5)) == nil)
}
