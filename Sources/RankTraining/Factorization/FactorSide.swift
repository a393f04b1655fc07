/// One side of a factorisation machine, users or items: what its features are worth, and what its entities have of it.
package struct FactorSide: Sendable {
    /// The ratings of each entity.
    package let groups: RatingGroups
    /// The features.
    package let blocks: [FeatureBlock]
    /// By term (0 is the linear one, then the factors) and feature, the blocks' one after the other.
    package private(set) var coefficients: [[Double]]
    /// By term and entity: Σ over its features of value · coefficient.
    package private(set) var values: [[Double]]

    /// By feature: the sum of the values with which those who have ratings have it, over their number; 0 where a feature
    /// does not come of ratings.
    private let shares: [Double]
    /// Those who have features and no rating.
    private let unrated: [Int]

    private var weights: [Double]
    private var gradients: [Double]
    private var before: [Double]
    private var scaled: [SIMD2<Double>]
    private var moved: [Double]

    package init(groups: RatingGroups, blocks: [FeatureBlock], factors: Int) {
        self.groups = groups
        self.blocks = blocks
        let zeros = [Double](repeating: 0, count: groups.entityCount)
        coefficients = Array(
            repeating: [Double](repeating: 0, count: blocks.reduce(0) { $0 + $1.columnCount }),
            count: factors + 1
        )
        values = Array(repeating: zeros, count: factors + 1)
        (weights, gradients, before, moved) = (zeros, zeros, zeros, zeros)
        scaled = Array(repeating: .zero, count: groups.entityCount)
        let ratedCount = (0..<groups.entityCount).count { !groups.isEmpty($0) }
        shares = blocks.flatMap { block in
            (0..<block.columnCount).map { column in
                guard block.isOfRatings else { return 0 }
                return block.entries(of: column).reduce(0) { $0 + block.scales[Int(block.entities[$1])] }
                    / Double(max(ratedCount, 1))
            }
        }
        let described = Self.described(blocks, groups.entityCount)
        unrated = described.indices.filter { described[$0] && groups.isEmpty($0) }
    }

    /// Whether each entity has any feature.
    package var described: [Bool] { Self.described(blocks, groups.entityCount) }

    private static func described(_ blocks: [FeatureBlock], _ count: Int) -> [Bool] {
        var described = [Bool](repeating: false, count: count)
        for block in blocks { for entity in block.entities { described[Int(entity)] = true } }
        return described
    }

    /// A term's values as they serve: whoever has no rating gets, beside what his own features are worth, what those with
    /// ratings have of the features that come of ratings in the mean.
    ///
    /// Without it he would not be a rated entity of his columns, but one with a history that is worth 0.
    package func served(_ term: Int) -> [Double] {
        var served = values[term]
        guard !unrated.isEmpty else { return served }
        let mean = zip(shares, coefficients[term]).reduce(0) { $0 + $1.0 * $1.1 }
        for entity in unrated { served[entity] += mean }
        return served
    }

    /// Sets a term's coefficients, one after the other.
    package mutating func start(_ term: Int, from next: () -> Double) {
        for index in coefficients[term].indices { coefficients[term][index] = next() }
        var feature = 0
        for block in blocks {
            for column in 0..<block.columnCount {
                for entry in block.entries(of: column) {
                    let entity = Int(block.entities[entry])
                    values[term][entity] += block.scales[entity] * coefficients[term][feature]
                }
                feature += 1
            }
        }
    }

    /// What the next sweep depends on, in one list: coefficients, then values, each by term.
    var state: [Double] { coefficients.flatMap { $0 } + values.flatMap { $0 } }

    /// Goes to a state of a side with the same features, taken from the front of a list.
    ///
    /// - Precondition: There are as many numbers as `state` has.
    mutating func restore(from list: inout ArraySlice<Double>) {
        func next(_ count: Int) -> [Double] {
            defer { list = list.dropFirst(count) }
            return Array(list.prefix(count))
        }
        for term in coefficients.indices { coefficients[term] = next(coefficients[term].count) }
        for term in values.indices { values[term] = next(values[term].count) }
    }

    /// Puts a new value in the place of each coefficient of a term, one after the other, everything else being fixed.
    ///
    /// Linear in the number of ratings and of entries of the features. Source: Rendle 2012, "Factorization Machines with
    /// libFM", alternating least squares; the sums over an entity's ratings are taken once for all of its features, as
    /// in Rendle 2013, "Scaling Factorization Machines to Relational Data".
    ///
    /// - Parameters:
    ///   - term: 0 for the linear one, or a factor.
    ///   - partner: What each entity of the other side multiplies this side's value with; 1 for the linear term.
    ///   - residuals: Stars less prediction for each rating, kept up.
    ///   - rule: What the new values are.
    package mutating func solve(
        _ term: Int,
        partner: [Double],
        residuals: inout [Double],
        by rule: inout some CoefficientRule
    ) {
        before = values[term]
        sumOverRatings(partner, residuals)
        var feature = 0
        for block in blocks {
            let end = feature + block.columnCount
            let penalty = rule.penalty(
                term == 0 ? block.penalty.linear : block.penalty.factor,
                of: coefficients[term][feature..<end]
            )
            solve(block, penalty, from: feature, term, &rule)
            feature = end
        }
        subtractChange(term, partner, &residuals)
    }

    /// Σ h² and Σ h·e over the ratings of each entity, in two interleaved sums each, which are then added.
    private mutating func sumOverRatings(_ partner: [Double], _ residuals: [Double]) {
        let groups = groups
        weights.withUnsafeMutableBufferPointer { weights in
            gradients.withUnsafeMutableBufferPointer { gradients in
                groups.withUnsafeBuffers { ratings, partners in
                    partner.withUnsafeBufferPointer { partner in
                        residuals.withUnsafeBufferPointer { residuals in
                            for entity in 0..<weights.count {
                                let range = groups.range(of: entity)
                                var even = (weight: 0.0, gradient: 0.0)
                                var odd = (weight: 0.0, gradient: 0.0)
                                var index = range.lowerBound
                                while index &+ 1 < range.upperBound {
                                    let h = partner[Int(partners[index])]
                                    even.weight += h * h
                                    even.gradient += h * residuals[Int(ratings[index])]
                                    let next = partner[Int(partners[index &+ 1])]
                                    odd.weight += next * next
                                    odd.gradient += next * residuals[Int(ratings[index &+ 1])]
                                    index &+= 2
                                }
                                if index < range.upperBound {
                                    let h = partner[Int(partners[index])]
                                    even.weight += h * h
                                    even.gradient += h * residuals[Int(ratings[index])]
                                }
                                weights[entity] = even.weight + odd.weight
                                gradients[entity] = even.gradient + odd.gradient
                            }
                        }
                    }
                }
            }
        }
    }

    /// Solves for the coefficients of a block from `first` on.
    ///
    /// Within a block an entity's features have one value x, so the sums are kept as x²·weight and x·gradient, and an
    /// entity's value moves by x times what its coefficients have moved by.
    private mutating func solve(
        _ block: FeatureBlock,
        _ penalty: Double,
        from first: Int,
        _ term: Int,
        _ rule: inout some CoefficientRule
    ) {
        for entity in scaled.indices {
            let x = block.scales[entity]
            scaled[entity] = SIMD2(x * x * weights[entity], x * gradients[entity])
            moved[entity] = 0
        }
        coefficients[term].withUnsafeMutableBufferPointer { coefficients in
            scaled.withUnsafeMutableBufferPointer { scaled in
                moved.withUnsafeMutableBufferPointer { moved in
                    block.entities.withUnsafeBufferPointer { entities in
                        for column in 0..<block.columnCount {
                            let entries = block.entries(of: column)
                            var even = SIMD2(0.0, 0.0)
                            var odd = SIMD2(0.0, 0.0)
                            var entry = entries.lowerBound
                            while entry &+ 1 < entries.upperBound {
                                even += scaled[Int(entities[entry])]
                                odd += scaled[Int(entities[entry &+ 1])]
                                entry &+= 2
                            }
                            if entry < entries.upperBound { even += scaled[Int(entities[entry])] }
                            let sum = even + odd
                            let old = coefficients[first &+ column]
                            let new = rule.next(old, weight: sum.x, gradient: sum.y, penalty: penalty)
                            coefficients[first &+ column] = new
                            let change = new - old
                            for entry in entries {
                                let entity = Int(entities[entry])
                                scaled[entity].y -= change * scaled[entity].x
                                moved[entity] += change
                            }
                        }
                    }
                }
            }
        }
        for entity in scaled.indices {
            let step = block.scales[entity] * moved[entity]
            values[term][entity] += step
            gradients[entity] -= step * weights[entity]
        }
    }

    private func subtractChange(_ term: Int, _ partner: [Double], _ residuals: inout [Double]) {
        residuals.withUnsafeMutableBufferPointer { residuals in
            groups.withUnsafeBuffers { ratings, partners in
                partner.withUnsafeBufferPointer { partner in
                    for entity in 0..<groups.entityCount {
                        let change = values[term][entity] - before[entity]
                        for index in groups.range(of: entity) {
                            residuals[Int(ratings[index])] -= change * partner[Int(partners[index])]
                        }
                    }
                }
            }
        }
    }
}
