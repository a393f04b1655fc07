import RankCore
import RankEngine

/// Trains a network by mini-batches: a loss, backpropagation, Adagrad or Adam.
///
/// The first layer is computed as it is served, `a = chain(bias; user half)`, `b = chain(+0; item half)`, `a + b`,
/// where `a` and `b` are computed once for each distinct row of a batch. Every sum is a chain in a fixed order, so that
/// the weights after a step are a function of those before and of the batch, bit for bit, whichever kernel multiplies
/// and however many threads do. After the first batch of the largest size, nothing is allocated. For one caller at a
/// time.
///
/// Layers are not taken one after the other for the whole batch but for a few examples at a time, forward and backward,
/// so that the activations between them stay in a core's cache; sums over the batch continue from one such block to the
/// next, which changes no bit.
package struct NetworkTrainer: ~Copyable {
    let shape: NetworkShape
    private let product: MatrixProduct
    private let loops: TrainingLoops
    private let settings: TrainerSettings
    private var steps: Int
    private let lossGradient: LossGradient

    private var users: TowerTrainer
    private var items: TowerTrainer
    private let firstBias: BiasTrainer
    /// The layers behind the first.
    private let layers: [LayerTrainer]

    /// The outputs of each layer for a block, after relu in all but the last: examples × outputs.
    private let outputs: [AlignedFloats]
    /// Gradients of the loss by the outputs before relu, one layer at a time: examples × outputs.
    private var upper = AlignedFloats(count: 0)
    private var lower = AlignedFloats(count: 0)

    /// A trainer before its first step.
    ///
    /// - Parameters:
    ///   - network: The weights to start from.
    ///   - settings: The settings of the steps.
    ///   - product: The matrix product, with the kernel and the threads.
    package init(_ network: RankingNetwork, _ settings: TrainerSettings, product: MatrixProduct) {
        self.init(network, nil, steps: 0, settings, product)
    }

    /// A trainer that continues from the state of another.
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
        items = TowerTrainer(
            table: weights { $0.itemEmbedding[...] },
            dimensions: shape.itemDimensions,
            kernel: weights { $0.layers[0].kernel[split...] },
            outputs: sizes[0].outputs
        )
        firstBias = BiasTrainer(weights { $0.layers[0].bias[...] })
        layers = sizes.enumerated().dropFirst().map { index, size in
            LayerTrainer(
                inputs: size.inputs,
                outputs: size.outputs,
                kernel: weights { $0.layers[index].kernel[...] },
                bias: BiasTrainer(weights { $0.layers[index].bias[...] }),
                precedesRelu: index < sizes.count - 1
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
        let towers = [users.table, users.kernel, items.table, items.kernel, firstBias.weights]
        return (towers + layers.flatMap { [$0.kernel, $0.bias.weights] }).allSatisfy(\.values.areFinite)
    }

    /// A copy of the state that decides how the training continues.
    package var state: TrainerState {
        let slots = settings.optimizer.slotNames.indices.map { slot in numbers { $0.slots[slot] } }
        return TrainerState(network: network, slots: slots, steps: steps)
    }

    /// One number for each weight, in the network's shape.
    private func numbers(_ part: (WeightTrainer) -> AlignedFloats) -> RankingNetwork {
        let first = RankingNetwork.Dense(
            kernel: part(users.kernel).values + part(items.kernel).values,
            bias: part(firstBias.weights).values
        )
        return RankingNetwork(
            shape: shape,
            userEmbedding: part(users.table).values,
            itemEmbedding: part(items.table).values,
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
    ///   - items: The examples' rows of the item table.
    ///   - labels: The examples' labels.
    ///   - lists: For a ranking loss, the lengths of the lists of which the examples consist.
    /// - Returns: The sum of the loss's terms, of squared errors or as `Loss.Formula` has them.
    /// - Precondition: The first three are as long, and every row is one of its table.
    package mutating func loss(
        users: ArraySlice<Int32>,
        items: ArraySlice<Int32>,
        labels: ArraySlice<Float>,
        lists: ArraySlice<Int> = []
    ) -> Double {
        let places = multiply(users: users, items: items, count: labels.count)
        var loss = 0.0
        forEachBlock(of: labels.count, drops: false) { trainer, examples in
            trainer.predict(places, examples, drops: false)
            loss = trainer.lossOfOutputs(labels, examples, lists, after: loss)
        }
        return loss
    }

    /// Trains on one batch.
    ///
    /// The parameters are those of `loss(users:items:labels:lists:)`.
    ///
    /// - Returns: The loss before the update, with what dropout left and without penalties.
    /// - Precondition: As for the loss, and there is at least one example.
    package mutating func step(
        users: ArraySlice<Int32>,
        items: ArraySlice<Int32>,
        labels: ArraySlice<Float>,
        lists: ArraySlice<Int> = []
    ) -> Double {
        precondition(!labels.isEmpty)
        let count = labels.count
        let regularization = settings.regularization
        let drops = regularization.dropout > 0
        let places = multiply(users: users, items: items, count: count)
        for layer in layers { layer.prepare(loops) }
        var (loss, summed) = (0.0, TrainingLoops.SummedRows())
        forEachBlock(of: count, drops: drops) { trainer, examples in
            trainer.predict(places, examples, drops: drops)
            loss = trainer.lossOfOutputs(labels, examples, lists, after: loss)
            trainer.sumGradients(places, examples, after: &summed, drops: drops)
        }
        let factor = settings.decay.factor(step: steps, of: settings.plannedSteps)
        let step = settings.optimizer.step(steps, factor: factor)
        for layer in layers { layer.update(step, penalty: regularization.kernelPenalty, loops) }
        firstBias.sum(self.users.gradients, count: self.users.rows.count, isFirst: true, product)
        firstBias.update(step, loops)
        self.users.update(step, regularization, product, loops)
        self.items.update(step, regularization, product, loops)
        steps += 1
        return loss
    }

    /// Floats of a block's outputs, and as many of its gradients, that are in the caches of a core at a time.
    private static let blockFloats = 1 << 16
    /// A multiple of the rows of a tile of every kernel.
    private static let blockGrain = 12

    /// Calls `body` for blocks of a batch's examples that fit in the caches.
    private mutating func forEachBlock(of count: Int, drops: Bool, _ body: (inout Self, Range<Int>) -> Void) {
        let width = shape.layers.reduce(1) { max($0, $1.outputs) }
        let grains = max(Self.blockFloats / width / Self.blockGrain, 1)
        // Lists stay whole, and dropout counts units over the whole batch.
        let whole = settings.loss.ranks || drops
        let size = whole ? count : grains * Self.blockGrain * product.team.threads
        var start = 0
        while start < count {
            let end = count - start > size ? start + size : count
            body(&self, start..<end)
            start = end
        }
    }

    /// Sums the gradients of a block by the weights; those of the first layer by its distinct rows.
    private mutating func sumGradients(
        _ places: TrainingLoops.Places,
        _ examples: Range<Int>,
        after summed: inout TrainingLoops.SummedRows,
        drops: Bool
    ) {
        for index in layers.indices.reversed() {
            let (layer, count) = (layers[index], examples.count)
            layer.backward(
                upper,
                outputs[index],
                count: count,
                into: lower,
                isFirst: examples.lowerBound == 0,
                product
            )
            // Units that dropout left out are 0, like those that relu set to 0, so one mask is enough. The first
            // layer's mask is applied below, where its gradients are summed.
            if drops { loops.scale(lower, by: mask(of: index).scale, count * layer.inputs) }
            if index > 0 { loops.mask(lower, liveIn: outputs[index], count * layer.inputs) }
            swap(&upper, &lower)
        }
        loops.sumSegments(
            upper,
            places,
            examples,
            after: &summed,
            width: shape.layers[0].outputs,
            liveIn: layers.isEmpty ? nil : outputs[0],
            p: users.gradients,
            q: items.gradients
        )
    }

    /// The dropout mask of a hidden layer's outputs at the next step.
    private func mask(of layer: Int) -> DropoutMask {
        let step = SplitMix64.number(at: UInt64(steps), ofSeed: settings.seed)
        return DropoutMask(
            seed: SplitMix64.number(at: UInt64(layer), ofSeed: step),
            rate: settings.regularization.dropout
        )
    }

    /// Multiplies the distinct rows of a batch.
    private mutating func multiply(
        users: ArraySlice<Int32>,
        items: ArraySlice<Int32>,
        count: Int
    ) -> TrainingLoops.Places {
        precondition(users.count == count && items.count == count)
        self.users.multiply(users, seed: firstBias.weights.values, product, loops)
        self.items.multiply(items, seed: nil, product, loops)
        return TrainingLoops.Places(first: self.users.places, second: self.items.places)
    }

    /// Writes the outputs of all layers for some examples.
    private func predict(_ places: TrainingLoops.Places, _ examples: Range<Int>, drops: Bool) {
        let (count, width) = (examples.count, shape.layers[0].outputs)
        outputs[0].grow(to: count * width)
        loops.addRows(
            places,
            examples,
            width: width,
            p: users.products,
            q: items.products,
            relu: !layers.isEmpty,
            into: outputs[0]
        )
        for (index, layer) in layers.enumerated() {
            if drops { loops.drop(outputs[index], mask(of: index), count * layer.inputs) }
            layer.forward(outputs[index], count: count, into: outputs[index + 1], product)
            if index < layers.count - 1 { loops.relu(outputs[index + 1], count * layer.outputs) }
        }
    }

    /// The loss of a block's last outputs and of the blocks before it; the gradients by them are left in `upper`.
    private mutating func lossOfOutputs(
        _ labels: ArraySlice<Float>,
        _ examples: Range<Int>,
        _ lists: ArraySlice<Int>,
        after loss: Double
    ) -> Double {
        upper.grow(to: examples.count)
        let start = labels.startIndex
        return lossGradient(
            outputs[layers.count],
            labels[start + examples.lowerBound..<start + examples.upperBound],
            lists: lists,
            into: upper,
            batch: labels.count,
            after: loss
        )
    }
}
