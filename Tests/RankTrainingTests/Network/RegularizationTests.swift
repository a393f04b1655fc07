import RankCore
import RankEngine
import RankTraining
import Testing

@Suite struct RegularizationTests {
    /// The generator's outputs for a state of 1234567, as published with it.
    @Test func theGeneratorIsSplitMix64() {
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ]
        #expect((0..<5).map { SplitMix64.number(at: $0, ofSeed: 1_234_567) } == expected)
    }

    /// Gradients with dropout and penalties agree with central differences in float64 of a loss that knows the masks.
    @Test(
        arguments: [
            Regularization(dropout: 0.4), Regularization(kernelPenalty: 0.03), Regularization(embeddingPenalty: 0.05),
            Regularization(dropout: 0.25, kernelPenalty: 0.02, embeddingPenalty: 0.01),
        ],
        [[], [5], [7, 3]]
    )
    func gradientsAgreeWithFiniteDifferences(_ regularization: Regularization, _ hidden: [Int]) throws {
        let (network, users, items, labels) = try LossOracle.sample(hidden)
        let optimizer = Optimizer.adagrad(Adagrad(rate: 0.5, initialAccumulator: 1))
        let settings = TrainerSettings(optimizer, regularization: regularization, seed: 9)
        var trainer = NetworkTrainer(network, settings, product: MatrixProduct(.best))
        let squares = trainer.step(users: users[...], items: items[...], labels: labels[...])
        var oracle = LossOracle(shape: network.shape, users: users, items: items, labels: labels)
        oracle.kernelPenalty = Double(regularization.kernelPenalty)
        oracle.embeddingPenalty = Double(regularization.embeddingPenalty)
        oracle.factor = { layer, place in
            Self.factor(seed: 9, step: 0, layer: layer, place: place, rate: Double(regularization.dropout))
        }
        let weights = network.parameters.map(Double.init)
        #expect(abs(squares - oracle.sum(weights)) < 1e-5)
        let moved = zip(trainer.network.parameters, network.parameters).map { Double($0) - Double($1) }
        oracle.compare(moved, from: weights, rate: 0.5)
        #expect(moved.contains { abs($0) > 1e-3 })
    }

    /// 0, or what the units that stay are multiplied by, as docs/reference/training.md says.
    private static func factor(seed: UInt64, step: UInt64, layer: Int, place: Int, rate: Double) -> Double {
        let key = SplitMix64.number(at: UInt64(layer), ofSeed: SplitMix64.number(at: step, ofSeed: seed))
        let bits = SplitMix64.number(at: UInt64(place / 2), ofSeed: key)
        let half = place.isMultiple(of: 2) ? bits & 0xFFFF_FFFF : bits >> 32
        return Double(half) < (rate * 4_294_967_296).rounded(.down) ? 0 : 1 / (1 - rate)
    }

    @Test(arguments: [0, 0.1, 0.5, 0.9] as [Float]) func aMaskLeavesOutItsShare(_ rate: Float) {
        let loops = TrainingLoops(.best)
        let count = 99_999
        let values = AlignedFloats(repeating: 2, count: count + 1)
        loops.drop(values, DropoutMask(seed: 3, rate: rate), count)
        let kept = values.values[..<count].filter { $0 != 0 }
        #expect(kept.allSatisfy { abs($0 - 2 / (1 - rate)) < 1e-5 })
        // Five standard deviations.
        let spread = 5 * (Double(count) * Double(rate) * Double(1 - rate)).squareRoot()
        #expect(abs(Double(kept.count) - Double(count) * Double(1 - rate)) <= spread)
        #expect(values[count] == 2)
    }

    @Test func predictionsUseEveryUnit() throws {
        let (network, users, items, labels) = try LossOracle.sample([7, 3])
        let losses = ([0, 0.5] as [Float]).map { dropout in
            let regularization = Regularization(dropout: dropout, kernelPenalty: dropout)
            let settings = TrainerSettings(.adagrad(Adagrad()), regularization: regularization)
            var trainer = NetworkTrainer(network, settings, product: MatrixProduct(.best))
            return trainer.loss(users: users[...], items: items[...], labels: labels[...])
        }
        #expect(losses[0] == losses[1])
    }

    @Test func everyStepDropsOtherUnits() throws {
        let (network, users, items, labels) = try LossOracle.sample([7, 3])
        // At such a rate weights stay, so that only the masks differ.
        let optimizer = Optimizer.adagrad(Adagrad(rate: 1e-30))
        let settings = TrainerSettings(optimizer, regularization: Regularization(dropout: 0.5))
        var trainer = NetworkTrainer(network, settings, product: MatrixProduct(.best))
        let losses = (0..<4).map { _ in
            trainer.step(users: users[...], items: items[...], labels: labels[...])
        }
        #expect(Set(losses).count == 4 && trainer.state.steps == 4)
    }
}
