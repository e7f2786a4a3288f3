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

@Test func everyWordAndParameterHasASummary() {
  for primitive in Library.standard.primitives {
    #expect(!primitive.summary.isEmpty, "\(primitive.name)")
    #expect(primitive.slots.allSatisfy { !$0.summary.isEmpty }, "\(primitive.signature)")
  }
}
