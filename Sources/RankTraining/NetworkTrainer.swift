package import RankEngine

/// Trains a network by mini-batches: a loss, backpropagation, Adagrad or Adam.
///
/// The first layer is computed as it is served, `a = chain(bias; user half)`, `b = chain(+0; candidate half)`, `a + b`,
/// where `a` and `b` are computed once for each distinct row of a batch. Every sum is a chain in a fixed order, so that
/// the weights after a step are a function of those before and of the batch, bit for bit, whichever kernel multiplies
/// and however many threads do. After the first batch of the largest size, nothing is allocated. For one caller at a
/// time.
package struct NetworkTrainer: ~Copyable {
    let shape: NetworkShape
    private let product: MatrixProduct
    private let loops: TrainingLoops
    private let settings: TrainerSettings
    private var steps: Int
    private let lossGradient: LossGradient

    private var users: TowerTrainer
    private var candidates: TowerTrainer
    private let firstBias: BiasTrainer
    /// The layers behind the first.
    private let layers: [LayerTrainer]

    /// The outputs of each layer, after relu in all but the last: batch × outputs.
    private let outputs: [AlignedFloats]
    /// Gradients of the loss by the outputs before relu, one layer at a time: batch × outputs.
    private var upper = AlignedFloats(count: 0)
    private var lower = AlignedFloats(count: 0)

    /// A trainer before its first step.
    ///
    /// - Parameters:
    ///   - network: The weights to start from.
    ///   - settings: What a step does.
    ///   - product: What multiplies, and who computes.
    package init(_ network: RankingNetwork, _ settings: TrainerSettings, product: MatrixProduct) {
        self.init(network, nil, steps: 0, settings, product)
    }

    /// A trainer that goes on where another one was.
    ///
    /// - Precondition: The state is that of a trainer with the same optimizer.
    package init(resuming state: TrainerState, _ settings: TrainerSettings, product: MatrixProduct) {
        self.init(state.network, state.slots, steps: state.steps, settings, product)
    }

    private init(
        _ network: RankingNetwork,
        _ slots: [RankingNetwork]?,
        steps: Int,
        _ settings: TrainerSettings,
        _ product: MatrixProduct
    ) {
        shape = network.shape
        lossGradient = LossGradient(settings.loss, team: product.team)
        self.product = product
        loops = TrainingLoops(product.kernel, team: product.team)
        self.settings = settings
        self.steps = steps
        let sizes = shape.layers
        let split = shape.userDimensions * sizes[0].outputs
        func weights(_ part: (RankingNetwork) -> ArraySlice<Float>) -> WeightTrainer {
            WeightTrainer(part(network), settings.optimizer, slots: slots?.map(part))
        }
        users = TowerTrainer(
            table: weights { $0.userEmbedding[...] },
            dimensions: shape.userDimensions,
            kernel: weights { $0.layers[0].kernel[..<split] },
            outputs: sizes[0].outputs
        )
        candidates = TowerTrainer(
            table: weights { $0.candidateEmbedding[...] },
            dimensions: shape.candidateDimensions,
            kernel: weights { $0.layers[0].kernel[split...] },
            outputs: sizes[0].outputs
        )
        firstBias = BiasTrainer(weights { $0.layers[0].bias[...] })
        layers = sizes.enumerated().dropFirst().map { index, size in
            LayerTrainer(
                inputs: size.inputs,
                outputs: size.outputs,
                kernel: weights { $0.layers[index].kernel[...] },
                bias: BiasTrainer(weights { $0.layers[index].bias[...] })
            )
        }
        outputs = sizes.map { _ in AlignedFloats(count: 0) }
    }

    /// A copy of the weights so far.
    package var network: RankingNetwork {
        numbers(\.values)
    }

    /// Whether every weight is a finite number.
    var hasFiniteWeights: Bool {
        let towers = [users.table, users.kernel, candidates.table, candidates.kernel, firstBias.weights]
        return (towers + layers.flatMap { [$0.kernel, $0.bias.weights] }).allSatisfy(\.values.areFinite)
    }

    /// A copy of all that decides how the training goes on.
    package var state: TrainerState {
        let slots = settings.optimizer.slotNames.indices.map { slot in numbers { $0.slots[slot] } }
        return TrainerState(network: network, slots: slots, steps: steps)
    }

    /// Some number for each weight, in the network's shape.
    private func numbers(_ part: (WeightTrainer) -> AlignedFloats) -> RankingNetwork {
        let first = RankingNetwork.Dense(
            kernel: part(users.kernel).values + part(candidates.kernel).values,
            bias: part(firstBias.weights).values
        )
        return RankingNetwork(
            shape: shape,
            userEmbedding: part(users.table).values,
            candidateEmbedding: part(candidates.table).values,
            layers: [first]
                + layers.map { layer in
                    RankingNetwork.Dense(kernel: part(layer.kernel).values, bias: part(layer.bias.weights).values)
                }
        )
    }

    /// The loss of a batch, with every unit and no penalty.
    ///
    /// - Parameters:
    ///   - users: The examples' rows of the user table.
    ///   - candidates: The examples' rows of the candidate table.
    ///   - labels: The examples' labels.
    ///   - lists: Of a ranking loss, the lengths of the lists of which the examples consist.
    /// - Returns: The sum of the loss's terms, of squared errors or as `Loss.Formula` has them.
    /// - Precondition: The first three are as long, and every row is one of its table.
    package mutating func loss(
        users: ArraySlice<Int32>,
        candidates: ArraySlice<Int32>,
        labels: ArraySlice<Float>,
        lists: ArraySlice<Int> = []
    ) -> Double {
        _ = predict(users: users, candidates: candidates, count: labels.count, drops: false)
        return lossOfOutputs(labels, lists)
    }

    /// Trains on one batch.
    ///
    /// The parameters are those of `loss(users:candidates:labels:lists:)`.
    ///
    /// - Returns: The loss before the update, with what dropout left and without penalties.
    /// - Precondition: The same, and there are examples.
    package mutating func step(
        users: ArraySlice<Int32>,
        candidates: ArraySlice<Int32>,
        labels: ArraySlice<Float>,
        lists: ArraySlice<Int> = []
    ) -> Double {
        precondition(!labels.isEmpty)
        let count = labels.count
        let regularization = settings.regularization
        let drops = regularization.dropout > 0
        let places = predict(users: users, candidates: candidates, count: count, drops: drops)
        let loss = lossOfOutputs(labels, lists)
        let factor = settings.decay.factor(step: steps, of: settings.plannedSteps)
        let step = settings.optimizer.step(steps, factor: factor)
        for (index, layer) in layers.enumerated().reversed() {
            let penalty = regularization.kernelPenalty
            layer.backward(step, upper, outputs[index], count: count, into: lower, penalty: penalty, product, loops)
            // What was left out is 0 as what relu left at 0 is, and so one mask is enough. That of the first layer is
            // applied below, where its gradients are summed.
            if drops { loops.scale(lower, by: mask(of: index).scale, count * layer.inputs) }
            if index > 0 { loops.mask(lower, liveIn: outputs[index], count * layer.inputs) }
            swap(&upper, &lower)
        }
        loops.sumSegments(
            upper,
            places,
            width: shape.layers[0].outputs,
            liveIn: layers.isEmpty ? nil : outputs[0],
            p: self.users.gradients,
            q: self.candidates.gradients
        )
        firstBias.update(step, self.users.gradients, count: self.users.rows.count, product, loops)
        self.users.update(step, regularization, product, loops)
        self.candidates.update(step, regularization, product, loops)
        steps += 1
        return loss
    }

    /// What dropout leaves out of the outputs of a hidden layer at the next step.
    private func mask(of layer: Int) -> DropoutMask {
        let step = DropoutMask.splitMix64(settings.seed, at: UInt64(steps))
        return DropoutMask(
            seed: DropoutMask.splitMix64(step, at: UInt64(layer)),
            rate: settings.regularization.dropout
        )
    }

    /// Writes the outputs of all layers.
    private mutating func predict(
        users: ArraySlice<Int32>,
        candidates: ArraySlice<Int32>,
        count: Int,
        drops: Bool
    ) -> TrainingLoops.Places {
        precondition(users.count == count && candidates.count == count)
        self.users.multiply(users, seed: firstBias.weights.values, product, loops)
        self.candidates.multiply(candidates, seed: nil, product, loops)
        let places = TrainingLoops.Places(first: self.users.places, second: self.candidates.places)
        let width = shape.layers[0].outputs
        outputs[0].grow(to: count * width)
        loops.addRows(
            places,
            width: width,
            p: self.users.products,
            q: self.candidates.products,
            relu: !layers.isEmpty,
            into: outputs[0]
        )
        for (index, layer) in layers.enumerated() {
            if drops { loops.drop(outputs[index], mask(of: index), count * layer.inputs) }
            layer.forward(outputs[index], count: count, into: outputs[index + 1], product)
            if index < layers.count - 1 { loops.relu(outputs[index + 1], count * layer.outputs) }
        }
        return places
    }

    /// The loss of the last outputs; its gradients by them are left in `upper`.
    private mutating func lossOfOutputs(_ labels: ArraySlice<Float>, _ lists: ArraySlice<Int>) -> Double {
        upper.grow(to: labels.count)
        return lossGradient(outputs[layers.count], labels, lists: lists, into: upper)
    }
}
