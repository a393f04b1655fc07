import RankData

/// The effects of columns' values on the rows of a table, learnt from the rows themselves.
///
/// Ridge regression of known rows on their features: row ≈ mean + Σ value · effect, the features being centred over the
/// known entities. All terms of a row share one penalty, so a linear map of the factors changes no score of the
/// predicted rows. Source: Gantner et al. 2010, "Learning Attribute-to-Feature Mappings for Cold-Start
/// Recommendations", the linear map.
package struct ColumnEffects: Sendable {
    /// The row of each entity, predicted from its features; nil for entities that share no feature with a known one.
    package private(set) var rows: [[Double]?]

    /// The cost of a squared effect beside a squared difference of one row; docs/quality.md explains the choice.
    package static let penalty = 1.0
    /// The factor by which the squared gradient falls before the conjugate gradients end.
    private static let tolerance = 1e-20
    private static let maximumSteps = 1_000

    private let blocks: [FeatureBlock]
    private let terms: Int
    /// For each feature whether a known entity has it, and its mean value over the known entities.
    private var isLearnt: [Bool] = []
    private var means: [Double] = []

    /// Solves for the effects, and applies them.
    ///
    /// Takes time linear in entries of features × terms for each step of conjugate gradients; some tens of steps.
    ///
    /// - Parameters:
    ///   - blocks: The features of entities.
    ///   - known: The row of each entity, all of one length; nil for entities whose row is predicted.
    ///   - penalty: Above 0.
    package init(_ blocks: [FeatureBlock], known: [[Double]?], penalty: Double = Self.penalty) {
        self.blocks = blocks
        let examples = known.compactMap(\.self)
        terms = examples.first?.count ?? 0
        rows = Array(repeating: nil, count: known.count)
        guard terms > 0 else { return }

        var mean = [Double](repeating: 0, count: terms)
        for row in examples { for term in 0..<terms { mean[term] += row[term] / Double(examples.count) } }
        let isKnown = known.map { $0 != nil }
        setMeans(isKnown, Double(examples.count))

        var targets = [Double](repeating: 0, count: known.count * terms)
        for (entity, row) in known.enumerated() {
            guard let row else { continue }
            for term in 0..<terms { targets[entity * terms + term] = row[term] - mean[term] }
        }
        let effects = solve(transposedProduct(targets), isKnown, penalty)
        let shifts = product(effects)
        for entity in described() {
            rows[entity] = (0..<terms).map { mean[$0] + shifts[entity * terms + $0] }
        }
    }

    private mutating func setMeans(_ isKnown: [Bool], _ count: Double) {
        for block in blocks {
            for column in 0..<block.columnCount {
                let having = block.entries(of: column).map { Int(block.entities[$0]) }.filter { isKnown[$0] }
                isLearnt.append(!having.isEmpty)
                means.append(having.reduce(0) { $0 + block.scales[$1] } / count)
            }
        }
    }

    /// Entities with a feature that has been learnt, each once.
    private func described() -> [Int] {
        var isDescribed = [Bool](repeating: false, count: rows.count)
        forEachFeature { feature, block, entries in
            guard isLearnt[feature] else { return }
            for entry in entries { isDescribed[Int(block.entities[entry])] = true }
        }
        return isDescribed.indices.filter { isDescribed[$0] }
    }

    private func forEachFeature(_ body: (Int, FeatureBlock, Range<Int>) -> Void) {
        var feature = 0
        for block in blocks {
            for column in 0..<block.columnCount {
                body(feature, block, block.entries(of: column))
                feature += 1
            }
        }
    }

    /// The x with (ZᵀZ + penalty) · x = right, Z being the centred features of the known: conjugate gradients over all
    /// terms at once.
    private func solve(_ right: [Double], _ isKnown: [Bool], _ penalty: Double) -> [Double] {
        var solution = [Double](repeating: 0, count: right.count)
        var residual = right
        var direction = right
        var square = Self.dot(residual, residual)
        let goal = square * Self.tolerance
        for _ in 0..<Self.maximumSteps where square > goal {
            var image = product(direction)
            for entity in isKnown.indices where !isKnown[entity] {
                for term in 0..<terms { image[entity * terms + term] = 0 }
            }
            var applied = transposedProduct(image)
            for index in applied.indices { applied[index] += penalty * direction[index] }
            let step = square / Self.dot(direction, applied)
            for index in solution.indices {
                solution[index] += step * direction[index]
                residual[index] -= step * applied[index]
            }
            let next = Self.dot(residual, residual)
            for index in direction.indices { direction[index] = residual[index] + next / square * direction[index] }
            square = next
        }
        return solution
    }

    /// Z · effects, by entity and term.
    private func product(_ effects: [Double]) -> [Double] {
        var center = [Double](repeating: 0, count: terms)
        for feature in means.indices {
            for term in 0..<terms { center[term] += means[feature] * effects[feature * terms + term] }
        }
        var result = [Double](repeating: 0, count: rows.count * terms)
        unsafe effects.withUnsafeBufferPointer { effects in
            unsafe result.withUnsafeMutableBufferPointer { result in
                for entity in rows.indices {
                    for term in 0..<terms { unsafe result[entity * terms + term] = -center[term] }
                }
                forEachFeature { feature, block, entries in
                    for entry in entries {
                        let entity = Int(block.entities[entry])
                        unsafe add(block.scales[entity], effects, row: feature, to: result, row: entity)
                    }
                }
            }
        }
        return result
    }

    /// Zᵀ · values, by feature and term; values of entities that are not known must be 0.
    private func transposedProduct(_ values: [Double]) -> [Double] {
        var sum = [Double](repeating: 0, count: terms)
        var result = [Double](repeating: 0, count: means.count * terms)
        unsafe values.withUnsafeBufferPointer { values in
            unsafe sum.withUnsafeMutableBufferPointer { sum in
                for entity in rows.indices { unsafe add(1, values, row: entity, to: sum, row: 0) }
            }
            unsafe result.withUnsafeMutableBufferPointer { result in
                forEachFeature { feature, block, entries in
                    for entry in entries {
                        let entity = Int(block.entities[entry])
                        unsafe add(block.scales[entity], values, row: entity, to: result, row: feature)
                    }
                    for term in 0..<terms { unsafe result[feature * terms + term] -= means[feature] * sum[term] }
                }
            }
        }
        return result
    }

    /// Adds `scale` times one row of terms to another; nearly all time is spent here.
    private func add(
        _ scale: Double,
        _ source: UnsafeBufferPointer<Double>,
        row: Int,
        to target: UnsafeMutableBufferPointer<Double>,
        row other: Int
    ) {
        let source = unsafe UnsafeBufferPointer(rebasing: source[row * terms..<(row + 1) * terms])
        let target = unsafe UnsafeMutableBufferPointer(rebasing: target[other * terms..<(other + 1) * terms])
        for term in 0..<terms { unsafe target[term] += scale * source[term] }
    }

    private static func dot(_ one: [Double], _ other: [Double]) -> Double {
        zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
    }
}

extension FeatureBlock {
    /// The features of the columns; their penalties do not matter here.
    static func columns(of attributes: Attributes, index: RowIndex) -> [FeatureBlock] {
        columns(of: attributes, index: index, penalty: FactorizationOptions.Penalty(factor: 1, linear: 1))
    }
}
