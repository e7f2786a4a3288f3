import Language
import Standard
import Syntax
import Testing
import Vocabulary

@Test func theLibraryInTheLanguageChecks() {
  let faults = Lexicon(.standard).diagnostics.map { source, fault in
    DiagnosticRenderer(usesColor: false, width: 100).render(fault, in: source)
  }
  #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
}

@Test func wordsThatShareANameDifferInTheirSubject() {
  let groups = Dictionary(grouping: Library.standard.primitives, by: \.name)
  for (name, group) in groups where group.count > 1 {
    let types = group.map { $0.subjects.first?.type.description ?? "none" }
    #expect(Set(types).count == types.count, "\(name) has subjects \(types)")
  }
}

@Test func everyFunctionOfTheLibraryIsDocumented() {
  let functions = Chapter.allCases.flatMap(Lexicon(.standard).entries).filter { $0.source != nil }
  #expect(!functions.isEmpty)
  for function in functions {
    #expect(!function.summary.isEmpty, "\(function.name) has no documentation")
    for parameter in function.parameters {
      #expect(
        !parameter.summary.isEmpty,
        "\(function.name): a line `/// - \(parameter.signature.prefix { $0 != ":" }): …` is missing"
      )
    }
  }
}

@Test func everyWordAndParameterHasASummary() {
  for primitive in Library.standard.primitives {
    #expect(!primitive.summary.isEmpty, "\(primitive.name)")
    #expect(primitive.slots.allSatisfy { !$0.summary.isEmpty }, "\(primitive.signature)")
  }
}
