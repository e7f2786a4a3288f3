import Models
import Testing

/// Keys of stages hold these texts, so they stay what Swift first gave by reflection.
@Suite("Texts of settings in keys")
struct CanonicalTests {
  @Test("Adapters")
  func adapters() {
    let plain = LoRASettings(rank: 8, alpha: 16)
    let full = LoRASettings(
      rank: 1, alpha: 0.1, dropout: 0.05, targets: ["q_proj", "a\"b\\"], isRankStabilised: true,
      isDecomposed: true)
    #expect([plain, full].map(\.canonical) == [plain, full].map { "\($0)" })
  }

  @Test("Reward heads")
  func heads() {
    let heads = [RewardHeadSettings(), RewardHeadSettings(names: ["a", "é\n"], hasBias: true)]
    #expect(heads.map(\.canonical) == heads.map { "\($0)" })
  }
}
