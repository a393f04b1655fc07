import RankEngine
import RankTraining
import Testing

/// From the same weights through the same batches, the trainer goes where Keras went.
///
/// The fixtures lie beside the script that made them with Keras on JAX.
@Suite struct KerasParityTests {
    @Test(arguments: ["steps_small", "steps_tutorial"])
    func followsKeras(_ fixture: String) throws {
        _ = try follow(fixture, .adagrad(Adagrad()), .constant)
    }

    @Test func followsKerasWithAdagradAndExponentialDecay() throws {
        let decay = LearningRateDecay(.exponential, finalShare: 0.05)
        _ = try follow("steps_decay", .adagrad(Adagrad()), decay)
    }

    /// Most rows have no gradient in most steps, and move all the same.
    @Test func followsKerasWithAdamAndCosineDecay() throws {
        let optimizer = Optimizer.adam(Adam(rate: 0.01))
        let state = try follow("steps_adam", optimizer, LearningRateDecay(.cosine, finalShare: 0))
        let tensors = try Tensors(keras: "steps_adam")
        #expect(state.steps == 8)
        for (name, slot) in zip(optimizer.slotNames, state.slots) {
            let expected = try network(tensors, name)
            #expect(try distance(slot, expected) <= 1e-5)
            #expect(expected.parameters.contains { abs($0) > 1e-4 })
        }
    }

    /// Goes through the fixture's batches, and tells where it arrived.
    private func follow(
        _ fixture: String,
        _ optimizer: Optimizer,
        _ decay: LearningRateDecay
    ) throws -> TrainerState {
        let tensors = try Tensors(keras: fixture)
        let users = try tensors.integers("batches.user_id")
        let items = try tensors.integers("batches.movie_id")
        let labels = try tensors.floats("batches.label")
        let losses = try tensors.floats("losses")
        let batch = labels.count / losses.count

        let initial = try network(tensors, "initial")
        let settings = TrainerSettings(optimizer, decay: decay, plannedSteps: losses.count)
        var trainer = NetworkTrainer(initial, settings, product: MatrixProduct(.best))
        for (step, loss) in losses.enumerated() {
            let rows = (step * batch)..<((step + 1) * batch)
            let squares = trainer.step(users: users[rows], items: items[rows], labels: labels[rows])
            #expect(abs(squares / Double(batch) - Double(loss)) <= 1e-5 * Double(loss), "loss of step \(step + 1)")
            if step == 0 {
                #expect(try distance(trainer.network, network(tensors, "after_1")) <= 1e-6)
                #expect(try distance(trainer.network, initial) > 1e-3)
            }
        }
        #expect(try distance(trainer.network, network(tensors, "after_\(losses.count)")) <= 1e-5)
        return trainer.state
    }

    private func network(_ tensors: Tensors, _ prefix: String) throws -> RankingNetwork {
        let user = try tensors.shape("\(prefix).user_embedding")
        let item = try tensors.shape("\(prefix).candidate_embedding")
        let layers = try (0..<3).map { layer in
            RankingNetwork.Dense(
                kernel: try tensors.floats("\(prefix).dense_\(layer).kernel"),
                bias: try tensors.floats("\(prefix).dense_\(layer).bias")
            )
        }
        return RankingNetwork(
            shape: try NetworkShape(
                userRows: user[0],
                itemRows: item[0],
                userDimensions: user[1],
                itemDimensions: item[1],
                hidden: layers.dropLast().map { $0.bias.count }
            ),
            userEmbedding: try tensors.floats("\(prefix).user_embedding"),
            itemEmbedding: try tensors.floats("\(prefix).candidate_embedding"),
            layers: layers
        )
    }

    /// The largest absolute difference of two weights.
    private func distance(_ a: RankingNetwork, _ b: RankingNetwork) throws -> Float {
        try #require(a.shape == b.shape)
        return zip(a.parameters, b.parameters).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
}
