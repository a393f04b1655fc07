import Foundation
import RankTraining
import Testing

@Suite struct LearningRateDecayTests {
    @Test func aConstantRateStays() {
        #expect((0...9).allSatisfy { LearningRateDecay.constant.factor(step: $0, of: 9) == 1 })
    }

    @Test(arguments: [0, 0.1, 1]) func theCosineFallsToItsShare(_ share: Double) {
        let decay = LearningRateDecay(.cosine, finalShare: share)
        for step in 0...1_000 {
            let expected = share + (1 - share) * (1 + cos(Double.pi * Double(step) / 1_000)) / 2
            #expect(abs(decay.factor(step: step, of: 1_000) - expected) < 1e-15)
        }
        #expect(decay.factor(step: 0, of: 7) == 1)
        #expect(decay.factor(step: 7, of: 7) == share && decay.factor(step: 8, of: 7) == share)
    }

    @Test(arguments: [1e-300, 0.05, 0.999, 1]) func theExponentialFallsToItsShare(_ share: Double) {
        let decay = LearningRateDecay(.exponential, finalShare: share)
        for step in 0...100 {
            let expected = pow(share, Double(step) / 100)
            #expect(abs(decay.factor(step: step, of: 100) - expected) < 1e-12 * expected)
        }
        #expect(decay.factor(step: 0, of: 7) == 1)
        #expect(decay.factor(step: 70, of: 7) == decay.factor(step: 7, of: 7))
    }
}
