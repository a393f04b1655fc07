/// One side of a factorisation machine, users or items: the coefficients of its features and the values of its
/// entities.
package struct FactorSide: Sendable {
    /// The ratings of each entity.
    package let groups: RatingGroups
    /// The features.
    package let blocks: [FeatureBlock]
    /// The coefficients by term (0 is the linear one, then the factors) and feature, block after block.
    package private(set) var coefficients: [[Double]]
    /// The values by term and entity: Σ over its features of value · coefficient.
    package private(set) var values: [[Double]]

    /// Σ h² and Σ h·e over the ratings of each entity, the input of `solve`.
    var sums: [Residuals.Sums]
    /// The change of each entity's value in the last `solve`.
    private(set) var change: [Double]
    private var scaled: [Residuals.Sums]
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
        (change, moved) = (zeros, zeros)
        sums = Array(repeating: .zero, count: groups.entityCount)
        scaled = sums
    }

    /// Sets a term's coefficients, one after the other; its values must be 0.
    package mutating func start(_ term: Int, from next: () -> Double) {
        for index in coefficients[term].indices { coefficients[term][index] = next() }
        let coefficients = coefficients[term]
        unsafe values[term].withUnsafeMutableBufferPointer { values in
            var feature = 0
            for block in blocks {
                unsafe block.entities.withUnsafeBufferPointer { entities in
                    unsafe block.scales.withUnsafeBufferPointer { scales in
                        for column in 0..<block.columnCount {
                            let coefficient = coefficients[feature]
                            for entry in block.entries(of: column) {
                                let entity = unsafe Int(entities[entry])
                                unsafe values[entity] += scales[entity] * coefficient
                            }
                            feature += 1
                        }
                    }
                }
            }
        }
    }

    /// The state that the next sweep depends on, in one list: coefficients, then values, each by term.
    var state: [Double] { coefficients.flatMap { $0 } + values.flatMap { $0 } }

    /// Takes over the state of a side with the same features, from the front of a list.
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
    /// The method starts from `sums`, which it uses up, and leaves the changes of the values in `change`. Its work is
    /// linear in the number of entries of the features. Source: Rendle 2012, "Factorization Machines with libFM",
    /// alternating least squares; the sums over an entity's ratings are taken once for all of its features, as in
    /// Rendle 2013, "Scaling Factorization Machines to Relational Data".
    ///
    /// - Parameters:
    ///   - term: 0 for the linear one, or a factor.
    ///   - rule: The rule that gives the new values.
    mutating func solve(_ term: Int, by rule: inout some CoefficientRule) {
        unsafe change.withUnsafeMutableBufferPointer { change in
            unsafe values[term].withUnsafeBufferPointer { values in _ = unsafe change.update(from: values) }
        }
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
        unsafe change.withUnsafeMutableBufferPointer { change in
            unsafe values[term].withUnsafeBufferPointer { values in
                for entity in values.indices { unsafe change[entity] = values[entity] - change[entity] }
            }
        }
    }

    /// Solves for the coefficients of a block from `first` on.
    ///
    /// Within a block an entity's features have one value x, so an entity starts with x²·Σ h² and x·Σ h·e, and what its
    /// coefficients have moved by, m, is all that changes until the block is done: its Σ h·e is the first one less m
    /// times its x·Σ h², its value m·x more.
    private mutating func solve(
        _ block: FeatureBlock,
        _ penalty: Double,
        from first: Int,
        _ term: Int,
        _ rule: inout some CoefficientRule
    ) {
        unsafe block.scales.withUnsafeBufferPointer { scales in
            unsafe sums.withUnsafeMutableBufferPointer { sums in
                unsafe scaled.withUnsafeMutableBufferPointer { scaled in
                    unsafe moved.withUnsafeMutableBufferPointer { moved in
                        for entity in scales.indices {
                            let x = unsafe scales[entity]
                            unsafe scaled[entity] = x * Residuals.Sums(x * sums[entity].x, sums[entity].y)
                        }
                        unsafe moved.update(repeating: 0)
                        unsafe coefficients[term].withUnsafeMutableBufferPointer { coefficients in
                            let coefficients = unsafe UnsafeMutableBufferPointer(rebasing: coefficients[first...])
                            unsafe block.solve(coefficients, penalty, UnsafeBufferPointer(scaled), moved, &rule)
                        }
                        unsafe values[term].withUnsafeMutableBufferPointer { values in
                            for entity in scales.indices {
                                let step = unsafe scales[entity] * moved[entity]
                                unsafe values[entity] += step
                                unsafe sums[entity].y -= step * sums[entity].x
                            }
                        }
                    }
                }
            }
        }
    }
}

extension FeatureBlock {
    /// Puts a new value in the place of each coefficient, one after the other.
    ///
    /// - Parameters:
    ///   - coefficients: From the block's first one on.
    ///   - penalty: The penalty of the coefficients.
    ///   - sums: For each entity Σ h² and Σ h·e before the first coefficient moves, for features of value 1.
    ///   - moved: The sum of each entity's changes of coefficients; 0 at first.
    ///   - rule: The rule that gives the new values.
    @inline(__always)
    fileprivate func solve(
        _ coefficients: UnsafeMutableBufferPointer<Double>,
        _ penalty: Double,
        _ sums: UnsafeBufferPointer<Residuals.Sums>,
        _ moved: UnsafeMutableBufferPointer<Double>,
        _ rule: inout some CoefficientRule
    ) {
        unsafe entities.withUnsafeBufferPointer { entities in
            for column in 0..<columnCount {
                let entries = entries(of: column)
                // Two accumulators each: additions to a single one would wait for each other.
                var (even, odd) = (Residuals.Sums.zero, Residuals.Sums.zero)
                var (evenLoss, oddLoss) = (0.0, 0.0)
                var entry = entries.lowerBound
                while entry &+ 1 < entries.upperBound {
                    let (one, other) = unsafe (Int(entities[entry]), Int(entities[entry &+ 1]))
                    unsafe even += sums[one]
                    unsafe evenLoss += sums[one].x * moved[one]
                    unsafe odd += sums[other]
                    unsafe oddLoss += sums[other].x * moved[other]
                    entry &+= 2
                }
                if entry < entries.upperBound {
                    let one = unsafe Int(entities[entry])
                    unsafe even += sums[one]
                    unsafe evenLoss += sums[one].x * moved[one]
                }
                let sum = even + odd
                let gradient = sum.y - (evenLoss + oddLoss)
                let old = unsafe coefficients[column]
                let new = rule.next(old, weight: sum.x, gradient: gradient, penalty: penalty)
                unsafe coefficients[column] = new
                let change = new - old
                for entry in entries { unsafe moved[Int(entities[entry])] += change }
            }
        }
    }
}
