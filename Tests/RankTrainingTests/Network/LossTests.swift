import Foundation
import RankEngine
import RankTraining
import Testing

@Suite struct LossTests {
    /// Losses and gradients are those of keras_rs, whose ListMLELoss adds 1e-10 to each sum.
    @Test(arguments: [Loss.Formula.pairwiseLogistic, .listwiseSoftmax, .listMLE])
    func agreesWithKerasRS(_ formula: Loss.Formula) throws {
        for sample in try RankingFixture.load().losses {
            let expected = try #require(sample.losses[formula.rawValue])
            let lists = [Int](repeating: sample.length, count: sample.scores.count / sample.length)
            let gradient = LossGradient(Loss(formula, temperature: sample.temperature))
            let gradients = AlignedFloats(count: sample.labels.count)
            let sum = gradient(AlignedFloats(sample.scores), sample.labels[...], lists: lists[...], into: gradients)
            let terms = formula == .pairwiseLogistic ? sample.labels.count : lists.count
            #expect(abs(sum / Double(terms) - expected.loss) < 1e-8)
            for (mine, theirs) in zip(gradients.values, expected.gradients) {
                #expect(abs(Double(mine) - theirs) < 1e-6 * max(1, theirs.magnitude))
            }
        }
    }

    /// Lists in one batch do not meet, and each weighs what it would weigh with equal lists.
    @Test(arguments: [Loss.Formula.pairwiseLogistic, .listwiseSoftmax, .listMLE])
    func listsOfABatchAreApart(_ formula: Loss.Formula) {
        let scores: [Float] = [0.5, -1, 2, 0.25, 0.75]
        let labels: [Float] = [1, 0, 0.5, 0.25, 0.75]
        func result(_ range: Range<Int>, _ lists: [Int]) -> (Double, [Float]) {
            let gradient = LossGradient(Loss(formula))
            let gradients = AlignedFloats(count: range.count)
            let sum = gradient(AlignedFloats(scores[range]), labels[range], lists: lists[...], into: gradients)
            return (sum, gradients.values)
        }
        let both = result(0..<5, [3, 2])
        let (first, second) = (result(0..<3, [3]), result(3..<5, [2]))
        #expect(abs(both.0 - first.0 - second.0) < 1e-12)
        let shares: [Float] = formula == .pairwiseLogistic ? [3 / 5, 2 / 5] : [1 / 2, 1 / 2]
        let expected = first.1.map { $0 * shares[0] } + second.1.map { $0 * shares[1] }
        for (mine, alone) in zip(both.1, expected) { #expect(abs(mine - alone) < 1e-6) }
    }

    @Test(arguments: [Loss.Formula.pairwiseLogistic, .listwiseSoftmax, .listMLE])
    func farScoresNeitherOverflowNorVanish(_ formula: Loss.Formula) {
        // The better item is 4,000 behind.
        let gradient = LossGradient(Loss(formula))
        let gradients = AlignedFloats(count: 2)
        let sum = gradient(AlignedFloats([-2_000, 2_000]), [1, 0], lists: [2], into: gradients)
        #expect(sum == 4_000)
        #expect(gradients.values == (formula == .pairwiseLogistic ? [-0.5, 0.5] : [-1, 1]))
    }

    @Test(arguments: [Loss.Formula.pairwiseLogistic, .listwiseSoftmax, .listMLE])
    func whatIsNoNumberDoesNotHide(_ formula: Loss.Formula) {
        for scores in [[Float.nan, 0, 1], [0, .nan, 1], [0, 1, .nan], [.infinity, .infinity, 0]] {
            let gradient = LossGradient(Loss(formula))
            let gradients = AlignedFloats(count: 3)
            #expect(!gradient(AlignedFloats(scores), [1, 0.5, 0], lists: [3], into: gradients).isFinite)
        }
    }

    @Test func aListOfOneOrOfEqualLabelsHasNothingToLearnFromPairs() {
        let gradient = LossGradient(Loss(.pairwiseLogistic))
        let gradients = AlignedFloats(repeating: 9, count: 4)
        #expect(gradient(AlignedFloats([3, 1, 2, 5]), [1, 0.5, 0.5, 0.5], lists: [1, 3], into: gradients) == 0)
        #expect(gradients.values == [0, 0, 0, 0])
    }

    @Test func theExponentialIsThatOfTheMathLibrary() {
        for step in -7_080...7_090 {
            let x = Double(step) / 10 + 0.037
            guard x <= 709 else { continue }
            #expect(abs(Exponential.of(x) - exp(x)) <= 4e-16 * exp(x))
        }
        #expect(Exponential.of(-800) == 0 && Exponential.of(710) == .infinity && Exponential.of(.nan).isNaN)
        #expect(Exponential.of(0) == 1)
    }
}
