internal import CRankKernels

/// The reasons for which a catalogue is scored in full.
enum CatalogueRefusal {
    /// Catalogues with fewer items are not worth an index.
    static let leastItems = 32
    /// A score's terms, added up, must be below this: then no score can be infinite.
    private static let largestSize = 0x1p120

    /// Why no bounds can be had of a model; nil if they can.
    static func reason(_ weights: ModelWeights, _ integers: QuantizedWeights?) -> String? {
        let shape = weights.shape
        if integers != nil { return "bounds are of scores in fp32" }
        if !shape.layerWidths.isEmpty {
            return "whole catalogues are searched for biases and dot product, not networks"
        }
        if !shape.dotProduct { return "the model has no dot product" }
        if shape.hasOutputStep { return "the model's scores pass an output step" }
        if shape.candidateDimensions > RANK_CATALOGUE_DIMENSIONS {
            return "the model has \(shape.candidateDimensions) dimensions, and bounds have "
                + "\(RANK_CATALOGUE_DIMENSIONS) at most"
        }
        if shape.candidateRows - 1 < leastItems { return "the catalogue has fewer than \(leastItems) items" }
        return nil
    }

    /// Why the weights of a model admit no bounds; nil if they do.
    ///
    /// - Complexity: O(weights)
    static func reason(_ weights: ModelWeights, _ balance: BalancedFactors) -> String? {
        let dimensions = weights.shape.candidateDimensions
        let user = longest(weights.userEmbedding, dimensions)
        let item = longest(weights.candidateEmbedding, dimensions) + balance.centreNorm
        let biases = [weights.userBias, weights.candidateBias, weights.mean].reduce(0.0) { sum, bias in
            sum + Double(unsafe bias?.buffer.reduce(0) { max($0, $1.magnitude) } ?? 0)
        }
        let sizes = [
            user * item * (1 + balance.growth) + biases, user * balance.users.size, item * balance.items.size,
        ]
        // NaN is refused, too.
        guard sizes.allSatisfy({ $0 < largestSize }) else {
            return "the weights are so large that a score may not be finite"
        }
        return nil
    }

    /// Why an index is not worth its time; nil if it is.
    static func reason(_ shape: ModelShape, _ kernel: Kernel, top k: Int, users: Int) -> String? {
        let items = shape.candidateRows - 1
        if !rank_catalogue_vectorized(kernel.level) {
            return "there are no kernels up to \(kernel) that bound items side by side"
        }
        if k <= 0 { return "no items are asked for" }
        if k > items / 4 { return "\(k) of \(items) items are more than a quarter" }
        let (pairs, overflows) = users.multipliedReportingOverflow(by: items)
        if !overflows, pairs < leastPairs + pairsOfItem * items {
            return "\(users) \(users == 1 ? "list takes" : "lists take") less time than an index"
        }
        return nil
    }

    /// What an index costs, in scores of brute force: for any catalogue, and for each item.
    private static let (leastPairs, pairsOfItem) = (4_000_000, 400)

    /// The length of the longest row.
    private static func longest(_ table: SharedFloats, _ dimensions: Int) -> Double {
        var longest = 0.0
        let floats = unsafe table.buffer
        for start in stride(from: 0, to: table.count, by: dimensions) {
            var sum = 0.0
            for place in start..<(start + dimensions) {
                let value = unsafe Double(floats[place])
                sum += value * value
            }
            longest = max(longest, sum)
        }
        return longest.squareRoot()
    }
}
