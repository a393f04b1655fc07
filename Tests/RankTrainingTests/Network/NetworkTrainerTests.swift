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
        let (network, users, items, labels) = try LossOracle.sample(hidden)
        let rate = 0.5
        let product = MatrixProduct(.best)
        let adagrad = Adagrad(rate: rate, initialAccumulator: 1)
        let loss = Loss(formula, temperature: 0.75)
        let lists = [4, 2]
        var trainer = NetworkTrainer(network, TrainerSettings(.adagrad(adagrad), loss: loss), product: product)
        let sum = trainer.step(
            users: users[...],
            items: items[...],
            labels: labels[...],
            lists: lists[...]
        )

        let oracle = LossOracle(
            shape: network.shape,
            users: users,
            items: items,
            labels: labels,
            loss: loss,
            lists: lists
        )
        let weights = network.parameters.map(Double.init)
        #expect(abs(sum - oracle.sum(weights)) < 1e-5)
        let moved = zip(trainer.network.parameters, network.parameters).map { Double($0) - Double($1) }
        oracle.compare(moved, from: weights, rate: rate)
        #expect(moved.contains { abs($0) > 1e-3 })
    }

    @Test(arguments: [Optimizer.adagrad(Adagrad()), .adam(Adam())])
    func everyKernelTrainsToTheSameBits(_ optimizer: Optimizer) throws {
        let shape = try NetworkShape(
            userRows: 9,
            itemRows: 11,
            userDimensions: 6,
            itemDimensions: 7,
            hidden: [37, 19]
        )
        var random = NumPyRandom(seed: 1)
        let network = RankingNetwork(shape: shape, random: &random)
        let users = (0..<70).map { _ in Int32(random.nextInteger(upTo: 8)) }
        let items = (0..<70).map { _ in Int32(random.nextInteger(upTo: 10)) }
        let labels = (0..<70).map { _ in Float(random.nextUnit()) }
        let results = Kernel.supported.map { kernel in
            let product = MatrixProduct(kernel)
            var trainer = NetworkTrainer(network, TrainerSettings(optimizer), product: product)
            // A full batch, a shorter one, and the full one again in buffers that have been used.
            for rows in [0..<50, 50..<70, 0..<50] {
                _ = trainer.step(users: users[rows], items: items[rows], labels: labels[rows])
            }
            return trainer.network.parameters.map(\.bitPattern)
        }
        for result in results { #expect(result == results[0]) }
        #expect(results[0] != network.parameters.map(\.bitPattern))
    }

    @Test func rowsOutsideTheBatchStayAsTheyWere() throws {
        let shape = try NetworkShape(
            userRows: 3,
            itemRows: 3,
            userDimensions: 2,
            itemDimensions: 2,
            hidden: [4]
        )
        var random = NumPyRandom(seed: 3)
        let network = RankingNetwork(shape: shape, random: &random)
        let product = MatrixProduct(.best)
        var trainer = NetworkTrainer(network, TrainerSettings(.adagrad(Adagrad())), product: product)
        _ = trainer.step(users: [1, 1], items: [2, 0], labels: [1, 0])
        #expect(trainer.network.userEmbedding[..<2] == network.userEmbedding[..<2])
        #expect(trainer.network.userEmbedding[4...] == network.userEmbedding[4...])
        #expect(trainer.network.userEmbedding[2..<4] != network.userEmbedding[2..<4])
        #expect(trainer.network.itemEmbedding[2..<4] == network.itemEmbedding[2..<4])
    }

    @Test(arguments: [Optimizer.adagrad(Adagrad()), .adam(Adam(rate: 0.01))])
    func goesOnFromItsStateToTheSameBits(_ optimizer: Optimizer) throws {
        let shape = try NetworkShape(
            userRows: 5,
            itemRows: 6,
            userDimensions: 3,
            itemDimensions: 2,
            hidden: [7]
        )
        var random = NumPyRandom(seed: 4)
        let network = RankingNetwork(shape: shape, random: &random)
        let decay = LearningRateDecay(.cosine, finalShare: 0.1)
        let product = MatrixProduct(.best)
        func step(_ trainer: inout NetworkTrainer, _ number: Int32) {
            _ = trainer.step(users: [number % 5, 1], items: [number % 6, 2], labels: [1, 0.25])
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
