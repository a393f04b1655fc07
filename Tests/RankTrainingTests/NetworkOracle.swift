import Foundation
import RankTraining

/// Network and loss written out naively in float64, over the flat list of weights.
struct NetworkOracle {
    private let shape: NetworkShape
    private let users: [Int32]
    private let candidates: [Int32]
    private let labels: [Double]
    private let lists: [Int]
    private let loss: Loss

    init(_ shape: NetworkShape, users: [Int32], candidates: [Int32], labels: [Float], lists: [Int], _ loss: Loss) {
        self.shape = shape
        self.users = users
        self.candidates = candidates
        self.labels = labels.map(Double.init)
        self.lists = lists
        self.loss = loss
    }

    /// The mean of the loss's terms.
    func loss(_ weights: [Double]) -> Double {
        let scores = labels.indices.map { score(of: $0, weights) }
        if loss.formula == .meanSquaredError {
            return zip(scores, labels).map { ($0 - $1) * ($0 - $1) }.reduce(0, +) / Double(labels.count)
        }
        var sum = 0.0
        var start = 0
        for length in lists {
            let list = start..<(start + length)
            sum += ranking(scores[list].map { $0 / Double(loss.temperature) }, Array(labels[list]))
            start += length
        }
        return sum / Double(loss.formula == .pairwiseLogistic ? labels.count : lists.count)
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
        let candidateStart = shape.userRows * shape.userDimensions
        let user = Int(users[example]) * shape.userDimensions
        let candidate = candidateStart + Int(candidates[example]) * shape.candidateDimensions
        var x =
            Array(weights[user..<(user + shape.userDimensions)])
            + Array(weights[candidate..<(candidate + shape.candidateDimensions)])
        var start = candidateStart + shape.candidateRows * shape.candidateDimensions
        for (index, layer) in shape.layers.enumerated() {
            let bias = start + layer.inputs * layer.outputs
            x = (0..<layer.outputs).map { output in
                var z = weights[bias + output]
                for input in x.indices { z += x[input] * weights[start + input * layer.outputs + output] }
                return index < shape.layers.count - 1 ? max(z, 0) : z
            }
            start = bias + layer.outputs
        }
        return x[0]
    }
}
