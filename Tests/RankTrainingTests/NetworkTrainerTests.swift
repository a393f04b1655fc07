import RankData
import RankEngine
import RankTraining
import Testing

@Suite struct NetworkTrainerTests {
    /// Every gradient of a small network agrees with central differences in float64.
    ///
    /// One Adagrad step with accumulators of 1 tells the gradient: step = g / √(1 + g²), solved for g.
    @Test(arguments: [[], [5], [7, 3]], Loss.Formula.allCases)
    func gradientsAgreeWithFiniteDifferences(_ hidden: [Int], _ formula: Loss.Formula) throws {
        let shape = try NetworkShape(
            userRows: 4,
            candidateRows: 5,
            userDimensions: 3,
            candidateDimensions: 2,
            hidden: hidden
        )
        var random = NumPyRandom(seed: 7)
        var network = RankingNetwork(shape: shape, random: &random)
        // Fresh embeddings are tiny and leave every hidden unit near its kink; these keep clear of it.
        network.userEmbedding = network.userEmbedding.map { $0 * 20 }
        network.candidateEmbedding = network.candidateEmbedding.map { $0 * 20 }
        for layer in network.layers.indices {
            network.layers[layer].bias = network.layers[layer].bias.map { _ in Float(random.nextUnit() - 0.5) }
        }
        let users: [Int32] = [1, 3, 1, 2, 1, 3]
        let candidates: [Int32] = [4, 4, 1, 2, 4, 3]
        let labels: [Float] = [0, 0.25, 1, 0.75, 0.5, 1]

        let rate = 0.5
        let product = MatrixProduct(.best)
        let adagrad = Adagrad(rate: rate, initialAccumulator: 1)
        let loss = Loss(formula, temperature: 0.75)
        let lists = [4, 2]
        var trainer = NetworkTrainer(network, TrainerSettings(.adagrad(adagrad), loss: loss), product: product)
        let sum = trainer.step(
            users: users[...],
            candidates: candidates[...],
            labels: labels[...],
            lists: lists[...]
        )

        let oracle = NetworkOracle(shape, users: users, candidates: candidates, labels: labels, lists: lists, loss)
        let weights = network.parameters.map(Double.init)
        let terms = formula == .listwiseSoftmax || formula == .listMLE ? 2.0 : 6
        #expect(abs(sum / terms - oracle.loss(weights)) < 1e-6)
        let moved = zip(trainer.network.parameters, network.parameters).map { Double($0) - Double($1) }
        for index in weights.indices {
            let h = 1e-6
            var shifted = weights
            shifted[index] = weights[index] + h
            let above = oracle.loss(shifted)
            shifted[index] = weights[index] - h
            let expected = (above - oracle.loss(shifted)) / (2 * h)
            let step = -moved[index] / rate
            let gradient = step / (1 - step * step).squareRoot()
            #expect(
                abs(gradient - expected) < 2e-6 * max(1, expected.magnitude),
                "weight \(index): \(gradient), expected \(expected)"
            )
        }
        #expect(moved.contains { abs($0) > 1e-3 })
    }

    @Test(arguments: [Optimizer.adagrad(Adagrad()), .adam(Adam())])
    func everyKernelTrainsToTheSameBits(_ optimizer: Optimizer) throws {
        let shape = try NetworkShape(
            userRows: 9,
            candidateRows: 11,
            userDimensions: 6,
            candidateDimensions: 7,
            hidden: [37, 19]
        )
        var random = NumPyRandom(seed: 1)
        let network = RankingNetwork(shape: shape, random: &random)
        let users = (0..<70).map { _ in Int32(random.nextInteger(upTo: 8)) }
        let candidates = (0..<70).map { _ in Int32(random.nextInteger(upTo: 10)) }
        let labels = (0..<70).map { _ in Float(random.nextUnit()) }
        let results = Kernel.supported.map { kernel in
            let product = MatrixProduct(kernel)
            var trainer = NetworkTrainer(network, TrainerSettings(optimizer), product: product)
            // A full batch, a shorter one, and the full one again in buffers that have been used.
            for rows in [0..<50, 50..<70, 0..<50] {
                _ = trainer.step(users: users[rows], candidates: candidates[rows], labels: labels[rows])
            }
            return trainer.network.parameters.map(\.bitPattern)
        }
        for result in results { #expect(result == results[0]) }
        #expect(results[0] != network.parameters.map(\.bitPattern))
    }

    @Test func rowsOutsideTheBatchStayAsTheyWere() throws {
        let shape = try NetworkShape(
            userRows: 3,
            candidateRows: 3,
            userDimensions: 2,
            candidateDimensions: 2,
            hidden: [4]
        )
        var random = NumPyRandom(seed: 3)
        let network = RankingNetwork(shape: shape, random: &random)
        let product = MatrixProduct(.best)
        var trainer = NetworkTrainer(network, TrainerSettings(.adagrad(Adagrad())), product: product)
        _ = trainer.step(users: [1, 1], candidates: [2, 0], labels: [1, 0])
        #expect(trainer.network.userEmbedding[..<2] == network.userEmbedding[..<2])
        #expect(trainer.network.userEmbedding[4...] == network.userEmbedding[4...])
        #expect(trainer.network.userEmbedding[2..<4] != network.userEmbedding[2..<4])
        #expect(trainer.network.candidateEmbedding[2..<4] == network.candidateEmbedding[2..<4])
    }

    @Test(arguments: [Optimizer.adagrad(Adagrad()), .adam(Adam(rate: 0.01))])
    func goesOnFromItsStateToTheSameBits(_ optimizer: Optimizer) throws {
        let shape = try NetworkShape(
            userRows: 5,
            candidateRows: 6,
            userDimensions: 3,
            candidateDimensions: 2,
            hidden: [7]
        )
        var random = NumPyRandom(seed: 4)
        let network = RankingNetwork(shape: shape, random: &random)
        let decay = LearningRateDecay(.cosine, finalShare: 0.1)
        let product = MatrixProduct(.best)
        func step(_ trainer: inout NetworkTrainer, _ number: Int32) {
            _ = trainer.step(users: [number % 5, 1], candidates: [number % 6, 2], labels: [1, 0.25])
        }
        let settings = TrainerSettings(optimizer, decay: decay, plannedSteps: 9)
        var whole = NetworkTrainer(network, settings, product: product)
        for number in 0..<4 { step(&whole, Int32(number)) }
        let state = whole.state
        #expect(state.steps == 4 && state.slots.count == optimizer.slotNames.count)
        var resumed = NetworkTrainer(resuming: state, settings, product: product)
        #expect(resumed.state == state)
        for number in 4..<9 {
            step(&whole, Int32(number))
            step(&resumed, Int32(number))
        }
        #expect(resumed.state == whole.state && whole.state != state)
    }
}
