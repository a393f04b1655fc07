import RankData
import RankTraining
import Testing

/// The loss of a training step written out naively in float64, over the flat list of weights.
struct LossOracle {
    let shape: NetworkShape
    let users: [Int32]
    let candidates: [Int32]
    let labels: [Float]
    /// What a hidden layer's output is multiplied by: layer, then its place in the batch.
    var factor: (Int, Int) -> Double = { _, _ in 1 }
    var kernelPenalty = 0.0
    var embeddingPenalty = 0.0

    /// A network and a batch for it with repeated rows.
    static func sample(
        _ hidden: [Int]
    ) throws -> (network: RankingNetwork, users: [Int32], candidates: [Int32], labels: [Float]) {
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
        return (network, [1, 3, 1, 2, 1, 3], [4, 4, 1, 2, 4, 3], [0, 0.25, 1, 0.75, 0.5, 1])
    }

    /// The mean squared error of the batch and the penalties.
    func loss(_ weights: [Double]) -> Double {
        squares(weights) / Double(labels.count) + penalty(weights)
    }

    /// The sum of squared errors.
    func squares(_ weights: [Double]) -> Double {
        var sum = 0.0
        for example in labels.indices {
            let (user, candidate) = (userRow(users[example]), candidateRow(candidates[example]))
            var x = Array(weights[user]) + Array(weights[candidate])
            var start = denseStart
            for (index, layer) in shape.layers.enumerated() {
                let bias = start + layer.inputs * layer.outputs
                x = (0..<layer.outputs).map { output in
                    var z = weights[bias + output]
                    for input in x.indices { z += x[input] * weights[start + input * layer.outputs + output] }
                    let isLast = index == shape.layers.count - 1
                    return isLast ? z : max(z, 0) * factor(index, example * layer.outputs + output)
                }
                start = bias + layer.outputs
            }
            let error = x[0] - Double(labels[example])
            sum += error * error
        }
        return sum
    }

    private func penalty(_ weights: [Double]) -> Double {
        func squares(_ range: Range<Int>) -> Double { weights[range].reduce(0) { $0 + $1 * $1 } }
        let embeddings = Set(users).map { squares(userRow($0)) } + Set(candidates).map { squares(candidateRow($0)) }
        var (kernels, start) = (0.0, denseStart)
        for layer in shape.layers {
            kernels += squares(start..<(start + layer.inputs * layer.outputs))
            start += (layer.inputs + 1) * layer.outputs
        }
        return kernelPenalty * kernels + embeddingPenalty * embeddings.reduce(0, +)
    }

    private var candidateStart: Int { shape.userRows * shape.userDimensions }
    private var denseStart: Int { candidateStart + shape.candidateRows * shape.candidateDimensions }

    private func userRow(_ row: Int32) -> Range<Int> {
        let start = Int(row) * shape.userDimensions
        return start..<(start + shape.userDimensions)
    }

    private func candidateRow(_ row: Int32) -> Range<Int> {
        let start = candidateStart + Int(row) * shape.candidateDimensions
        return start..<(start + shape.candidateDimensions)
    }

    /// Compares the gradients behind one step of Adagrad from accumulators of 1 with central differences.
    ///
    /// Such a step tells the gradient: step = g / √(1 + g²), solved for g.
    func compare(_ moved: [Double], from weights: [Double], rate: Double) {
        for index in weights.indices {
            let h = 1e-6
            var shifted = weights
            shifted[index] = weights[index] + h
            let above = loss(shifted)
            shifted[index] = weights[index] - h
            let expected = (above - loss(shifted)) / (2 * h)
            let step = -moved[index] / rate
            let gradient = step / (1 - step * step).squareRoot()
            #expect(abs(gradient - expected) < 2e-6, "weight \(index): \(gradient), expected \(expected)")
        }
    }
}
