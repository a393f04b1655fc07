import Foundation
import RankData
import RankTraining
import Testing

/// Network and loss of a training step written out naively in float64, over the flat list of weights.
struct LossOracle {
    let shape: NetworkShape
    let users: [Int32]
    let items: [Int32]
    let labels: [Float]
    var loss = Loss.meanSquaredError
    /// Of a ranking loss, the lengths of the lists of which the batch consists.
    var lists: [Int] = []
    /// What a hidden layer's output is multiplied by: layer, then its place in the batch.
    var factor: (Int, Int) -> Double = { _, _ in 1 }
    var kernelPenalty = 0.0
    var embeddingPenalty = 0.0

    /// A network and a batch for it with repeated rows.
    static func sample(
        _ hidden: [Int]
    ) throws -> (network: RankingNetwork, users: [Int32], items: [Int32], labels: [Float]) {
        let shape = try NetworkShape(
            userRows: 4,
            itemRows: 5,
            userDimensions: 3,
            itemDimensions: 2,
            hidden: hidden
        )
        var random = NumPyRandom(seed: 7)
        var network = RankingNetwork(shape: shape, random: &random)
        // Fresh embeddings are tiny and leave every hidden unit near its kink; these keep clear of it.
        network.userEmbedding = network.userEmbedding.map { $0 * 20 }
        network.itemEmbedding = network.itemEmbedding.map { $0 * 20 }
        for layer in network.layers.indices {
            network.layers[layer].bias = network.layers[layer].bias.map { _ in Float(random.nextUnit() - 0.5) }
        }
        return (network, [1, 3, 1, 2, 1, 3], [4, 4, 1, 2, 4, 3], [0, 0.25, 1, 0.75, 0.5, 1])
    }

    /// The mean of the loss's terms, and the penalties.
    func mean(_ weights: [Double]) -> Double {
        let terms = [.listwiseSoftmax, .listMLE].contains(loss.formula) ? lists.count : labels.count
        return sum(weights) / Double(terms) + penalty(weights)
    }

    /// The sum of the loss's terms.
    func sum(_ weights: [Double]) -> Double {
        let scores = labels.indices.map { score(of: $0, weights) }
        let labels = labels.map(Double.init)
        guard loss.formula != .meanSquaredError else {
            return zip(scores, labels).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        var (sum, start) = (0.0, 0)
        for length in lists {
            let list = start..<(start + length)
            sum += ranking(scores[list].map { $0 / Double(loss.temperature) }, Array(labels[list]))
            start += length
        }
        return sum
    }

    private func ranking(_ s: [Double], _ y: [Double]) -> Double {
        var sum = 0.0
        switch loss.formula {
        case .pairwiseLogistic:
            for i in s.indices { for j in s.indices where y[i] > y[j] { sum += log(1 + exp(s[j] - s[i])) } }
        case .listwiseSoftmax:
            for i in s.indices { sum -= y[i] * log(exp(s[i]) / s.map(exp).reduce(0, +)) }
        case .listMLE:
            let sorted = s.indices.sorted { (-y[$0], $0) < (-y[$1], $1) }.map { s[$0] }
            for i in sorted.indices { sum -= log(exp(sorted[i]) / sorted[i...].map(exp).reduce(0, +)) }
        case .meanSquaredError: break
        }
        return sum
    }

    private func score(of example: Int, _ weights: [Double]) -> Double {
        var x = Array(weights[userRow(users[example])]) + Array(weights[itemRow(items[example])])
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
        return x[0]
    }

    private func penalty(_ weights: [Double]) -> Double {
        func squares(_ range: Range<Int>) -> Double { weights[range].reduce(0) { $0 + $1 * $1 } }
        let embeddings = Set(users).map { squares(userRow($0)) } + Set(items).map { squares(itemRow($0)) }
        var (kernels, start) = (0.0, denseStart)
        for layer in shape.layers {
            kernels += squares(start..<(start + layer.inputs * layer.outputs))
            start += (layer.inputs + 1) * layer.outputs
        }
        return kernelPenalty * kernels + embeddingPenalty * embeddings.reduce(0, +)
    }

    private var itemStart: Int { shape.userRows * shape.userDimensions }
    private var denseStart: Int { itemStart + shape.itemRows * shape.itemDimensions }

    private func userRow(_ row: Int32) -> Range<Int> {
        let start = Int(row) * shape.userDimensions
        return start..<(start + shape.userDimensions)
    }

    private func itemRow(_ row: Int32) -> Range<Int> {
        let start = itemStart + Int(row) * shape.itemDimensions
        return start..<(start + shape.itemDimensions)
    }

    /// Compares the gradients behind one step of Adagrad from accumulators of 1 with central differences.
    ///
    /// Such a step tells the gradient: step = g / √(1 + g²), solved for g.
    func compare(_ moved: [Double], from weights: [Double], rate: Double) {
        for index in weights.indices {
            let h = 1e-6
            var shifted = weights
            shifted[index] = weights[index] + h
            let above = mean(shifted)
            shifted[index] = weights[index] - h
            let expected = (above - mean(shifted)) / (2 * h)
            let step = -moved[index] / rate
            let gradient = step / (1 - step * step).squareRoot()
            #expect(
                abs(gradient - expected) < 2e-6 * max(1, expected.magnitude),
                "weight \(index): \(gradient), expected \(expected)"
            )
        }
    }
}
