package import RankEngine

/// Trains a network by mini-batches: mean squared error, backpropagation, Adagrad.
///
/// Every sum is a chain in a fixed order, so that the weights after a step are a function of those before and of the
/// batch, bit for bit, whichever kernel multiplies. Not for several threads at once.
package struct NetworkTrainer {
    /// The weights so far.
    package private(set) var network: RankingNetwork
    private let adagrad: Adagrad
    private let product: MatrixProduct

    private var userTable: EmbeddingTrainer
    private var candidateTable: EmbeddingTrainer
    private var accumulators: [RankingNetwork.Dense]

    /// Inputs of each layer, and behind them the predictions: batch × width.
    private var activations: [[Float]]
    /// Gradients of the loss by the outputs before relu, one layer at a time: batch × width.
    private var upper: [Float] = []
    private var lower: [Float] = []
    private var transposed: [Float] = []
    private var gradients: [RankingNetwork.Dense]

    /// A trainer with fresh accumulators.
    package init(_ network: RankingNetwork, adagrad: Adagrad, product: MatrixProduct) {
        self.network = network
        self.adagrad = adagrad
        self.product = product
        userTable = EmbeddingTrainer(network.userEmbedding, dimensions: network.shape.userDimensions, adagrad)
        candidateTable = EmbeddingTrainer(
            network.candidateEmbedding,
            dimensions: network.shape.candidateDimensions,
            adagrad
        )
        accumulators = network.layers.map {
            RankingNetwork.Dense(kernel: adagrad.accumulators(for: $0.kernel), bias: adagrad.accumulators(for: $0.bias))
        }
        gradients = network.layers
        activations = [[Float]](repeating: [], count: network.layers.count + 1)
    }

    /// The network's outputs for pairs of rows.
    ///
    /// - Precondition: Both lists are as long, and every row is one of its table.
    package mutating func predict(users: ArraySlice<Int32>, candidates: ArraySlice<Int32>) -> ArraySlice<Float> {
        precondition(users.count == candidates.count)
        let count = users.count
        let shape = network.shape
        activations[0].grow(to: count * (shape.userDimensions + shape.candidateDimensions))
        let width = shape.userDimensions + shape.candidateDimensions
        network.userEmbedding.gather(users, shape.userDimensions, into: &activations[0], width, at: 0)
        network.candidateEmbedding.gather(
            candidates,
            shape.candidateDimensions,
            into: &activations[0],
            width,
            at: shape.userDimensions
        )
        for (index, layer) in shape.layers.enumerated() {
            activations[index + 1].grow(to: count * layer.outputs)
            product(
                into: &activations[index + 1],
                rows: count,
                columns: layer.outputs,
                depth: layer.inputs,
                a: activations[index],
                b: network.layers[index].kernel,
                seed: network.layers[index].bias
            )
            if index < shape.layers.count - 1 { activations[index + 1].relu(count * layer.outputs) }
        }
        return activations[shape.layers.count][..<count]
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
        precondition(labels.count == users.count && !labels.isEmpty)
        let count = labels.count
        let predictions = predict(users: users, candidates: candidates)
        var squares = 0.0
        upper.grow(to: count)
        let scale = 2 / Float(count)
        for index in 0..<count {
            let error = predictions[index] - labels[labels.startIndex + index]
            squares += Double(error) * Double(error)
            upper[index] = scale * error
        }
        backpropagate(count)
        for index in network.layers.indices {
            adagrad.update(
                &network.layers[index].kernel,
                &accumulators[index].kernel,
                gradients: gradients[index].kernel
            )
            adagrad.update(&network.layers[index].bias, &accumulators[index].bias, gradients: gradients[index].bias)
        }
        let width = network.shape.userDimensions + network.shape.candidateDimensions
        userTable.update(&network.userEmbedding, rows: users, gradients: upper, width: width, at: 0)
        candidateTable.update(
            &network.candidateEmbedding,
            rows: candidates,
            gradients: upper,
            width: width,
            at: network.shape.userDimensions
        )
        return squares
    }

    /// From the gradient by the outputs in `upper` to those by all weights, and by the inputs, again in `upper`.
    private mutating func backpropagate(_ count: Int) {
        for (index, layer) in network.shape.layers.enumerated().reversed() {
            product(
                into: &gradients[index].kernel,
                rows: layer.inputs,
                columns: layer.outputs,
                depth: count,
                a: activations[index],
                .transposed,
                b: upper
            )
            product(
                into: &gradients[index].bias,
                rows: 1,
                columns: layer.outputs,
                depth: count,
                a: [1],
                .repeated,
                b: upper
            )
            transposed.grow(to: layer.inputs * layer.outputs)
            network.layers[index].kernel.transpose(rows: layer.inputs, columns: layer.outputs, into: &transposed)
            lower.grow(to: count * layer.inputs)
            product(
                into: &lower,
                rows: count,
                columns: layer.inputs,
                depth: layer.outputs,
                a: upper,
                b: transposed
            )
            if index > 0 { lower.maskDead(by: activations[index], count * layer.inputs) }
            swap(&upper, &lower)
        }
    }
}
