import RankEngine

/// The scores and labels of one list, and the gradient of a ranking loss by the scores.
struct ScoredList {
    /// Gradients of the loss by the scores over the temperature, as the last loss left them.
    private(set) var gradients: [Double] = []
    private var scores: [Double] = []
    private var labels: [Float] = []
    /// The places of the items by descending label; equal labels keep their order.
    private var order: [Int] = []
    private var sums: [Double] = []

    /// Copies a list and sets the gradients to 0.
    mutating func take(
        _ scores: AlignedFloats,
        _ labels: ArraySlice<Float>,
        from start: Int,
        _ length: Int,
        over temperature: Double
    ) {
        self.scores.removeAll(keepingCapacity: true)
        self.labels.removeAll(keepingCapacity: true)
        gradients.removeAll(keepingCapacity: true)
        for index in start..<start + length {
            self.scores.append(Double(scores[index]) / temperature)
            self.labels.append(labels[labels.startIndex + index])
            gradients.append(0)
        }
    }

    /// The pairwise logistic loss: log(1 + exp(−d)) for each pair of unequal labels, d being how far the better is
    /// ahead.
    ///
    /// - Complexity: O(n²) in the length of the list
    mutating func pairwiseLogistic() -> Double {
        var sum = 0.0
        for i in scores.indices {
            for j in 0..<i where labels[i] != labels[j] {
                let (better, worse) = labels[i] > labels[j] ? (i, j) : (j, i)
                let lead = scores[better] - scores[worse]
                let power = Exponential.of(-lead.magnitude)
                sum += max(-lead, 0) + NormalRandom.logarithm(1 + power)
                // 1 / (1 + exp(lead)), without overflow.
                let slope = (lead > 0 ? power : 1) / (1 + power)
                gradients[better] -= slope
                gradients[worse] += slope
            }
        }
        return sum
    }

    /// The softmax cross entropy, the labels as weights.
    mutating func softmax() -> Double {
        var normalizer = -Double.infinity
        var weights = 0.0
        for index in scores.indices {
            normalizer = Exponential.logOfSum(normalizer, scores[index])
            weights += Double(labels[index])
        }
        var sum = 0.0
        for index in scores.indices {
            sum += Double(labels[index]) * (normalizer - scores[index])
            gradients[index] = weights * Exponential.of(scores[index] - normalizer) - Double(labels[index])
        }
        return sum
    }

    /// The negative logarithm of the probability of the labels' order under the Plackett-Luce model.
    mutating func maximumLikelihood() -> Double {
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: scores.indices)
        order.sort { labels[$0] != labels[$1] ? labels[$0] > labels[$1] : $0 < $1 }
        sums.removeAll(keepingCapacity: true)
        // sums[i] = log Σ exp(scores) of the items from place i on.
        sums.append(contentsOf: repeatElement(-.infinity, count: scores.count))
        var sum = 0.0
        var rest = -Double.infinity
        for place in order.indices.reversed() {
            rest = Exponential.logOfSum(rest, scores[order[place]])
            sums[place] = rest
            sum += rest - scores[order[place]]
        }
        // An item is a term of every sum up to its own place: Σ exp(s − sums[i]) = exp(s + log Σ exp(−sums[i])).
        var shares = -Double.infinity
        for (place, index) in order.enumerated() {
            shares = Exponential.logOfSum(shares, -sums[place])
            gradients[index] = Exponential.of(scores[index] + shares) - 1
        }
        return sum
    }
}
