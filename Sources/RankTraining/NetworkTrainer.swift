package import RankEngine

/// Trains a network by mini-batches: mean squared error, backpropagation, Adagrad.
///
/// The first layer is computed as it is served, `a = chain(bias; user half)`, `b = chain(+0; candidate half)`, `a + b`,
/// where `a` and `b` are computed once for each distinct row of a batch. Every sum is a chain in a fixed order, so that
/// the weights after a step are a function of those before and of the batch, bit for bit, whichever kernel multiplies.
/// After the first batch of the largest size, nothing is allocated. Not for several threads at once.
package struct NetworkTrainer: ~Copyable {
    private let shape: NetworkShape
    private let product: MatrixProduct
    private let loops: TrainingLoops

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

    /// A trainer with fresh accumulators.
    package init(_ network: RankingNetwork, adagrad: Adagrad, product: MatrixProduct) {
        shape = network.shape
        self.product = product
        loops = TrainingLoops(product.kernel)
        let sizes = shape.layers
        let split = shape.userDimensions * sizes[0].outputs
        users = TowerTrainer(
            table: network.userEmbedding,
            dimensions: shape.userDimensions,
            kernel: network.layers[0].kernel[..<split],
            outputs: sizes[0].outputs,
            adagrad
        )
        candidates = TowerTrainer(
            table: network.candidateEmbedding,
            dimensions: shape.candidateDimensions,
            kernel: network.layers[0].kernel[split...],
            outputs: sizes[0].outputs,
            adagrad
        )
        firstBias = BiasTrainer(network.layers[0].bias, adagrad)
        layers = zip(network.layers, sizes).dropFirst().map { layer, size in
            LayerTrainer(layer, inputs: size.inputs, outputs: size.outputs, adagrad)
        }
        outputs = sizes.map { _ in AlignedFloats(count: 0) }
    }

    /// A copy of the weights so far.
    package var network: RankingNetwork {
        let first = RankingNetwork.Dense(
            kernel: users.kernel.values + candidates.kernel.values,
            bias: firstBias.values.values
        )
        return RankingNetwork(
            shape: shape,
            userEmbedding: users.table.values,
            candidateEmbedding: candidates.table.values,
            layers: [first]
                + layers.map { RankingNetwork.Dense(kernel: $0.kernel.values, bias: $0.bias.values.values) }
        )
    }

    /// The sum of squared errors of a batch.
    ///
    /// - Precondition: The three lists are as long, and every row is one of its table.
    package mutating func squaredErrors(
        users: ArraySlice<Int32>,
        candidates: ArraySlice<Int32>,
        labels: ArraySlice<Float>
    ) -> Double {
        _ = predict(users: users, candidates: candidates, count: labels.count)
        return errors(labels, scaledBy: 1)
    }

    /// Trains on one batch.
    ///
    /// - Returns: The sum of squared errors before the update.
    /// - Precondition: The three lists are as long and not empty, and every row is one of its table.
    package mutating func step(
        users: ArraySlice<Int32>,
        candidates: ArraySlice<Int32>,
        labels: ArraySlice<Float>
    ) -> Double {
        precondition(!labels.isEmpty)
        let count = labels.count
        let places = predict(users: users, candidates: candidates, count: count)
        let squares = errors(labels, scaledBy: 2 / Float(count))
        for (index, layer) in layers.enumerated().reversed() {
            layer.backward(upper, outputs[index], count: count, into: lower, product, loops)
            // The mask of the first layer's relu is applied below, where its gradients are summed.
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
        firstBias.update(self.users.gradients, count: self.users.rows.count, product, loops)
        self.users.update(product, loops)
        self.candidates.update(product, loops)
        return squares
    }

    /// Writes the outputs of all layers.
    private mutating func predict(
        users: ArraySlice<Int32>,
        candidates: ArraySlice<Int32>,
        count: Int
    ) -> TrainingLoops.Places {
        precondition(users.count == count && candidates.count == count)
        self.users.multiply(users, seed: firstBias.values, by: product)
        self.candidates.multiply(candidates, seed: nil, by: product)
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
            layer.forward(outputs[index], count: count, into: outputs[index + 1], product)
            if index < layers.count - 1 { loops.relu(outputs[index + 1], count * layer.outputs) }
        }
        return places
    }

    /// The sum of squared errors of the last outputs; the errors, scaled, are left in `upper`.
    private func errors(_ labels: ArraySlice<Float>, scaledBy scale: Float) -> Double {
        let predictions = outputs[layers.count]
        upper.grow(to: labels.count)
        var squares = 0.0
        for (index, label) in labels.enumerated() {
            let error = predictions[index] - label
            squares += Double(error) * Double(error)
            upper[index] = scale * error
        }
        return squares
    }
}
