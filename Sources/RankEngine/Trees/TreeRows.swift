package import RankCore

/// Draws rows of features that lie at and beside the decisions of an ensemble, to compare two ways of scoring it.
package struct TreeRows: Sendable {
    /// Values of each column.
    private let values: [[Float]]
    private let takesMissing: Bool

    /// The most thresholds of a column that are drawn from.
    private static let thresholdCount = 64

    /// Gathers thresholds, their neighbours, and categories up to the end of the sets.
    package init(_ model: TreeModel) {
        let tables = model.tables
        var values = [[Float]](repeating: [0, -0.0, 1, -1, 0.5], count: model.shape.featureCount)
        for node in 0..<model.shape.nodeCount {
            let column = Int(tables.feature[node])
            guard values[column].count < 3 * Self.thresholdCount else { continue }
            let threshold = tables.threshold[node]
            let set = tables.sets.map { sets in
                let set = Int(sets.ofNode[node])
                return Float(32 * (sets.offsets[set + 1] - sets.offsets[set]))
            }
            values[column] += [threshold, threshold.nextUp, threshold.nextDown].filter(\.isFinite)
            if let set { values[column] += [set / 2, set - 1, set] }
        }
        self.values = values
        takesMissing = model.takesMissingFeatures
    }

    /// A row, of which now and then a feature is missing where the model takes that.
    package func row(using random: inout SplitMix64) -> [Float] {
        values.map { values in
            if takesMissing, Int.random(in: 0..<20, using: &random) == 0 { return .nan }
            return values[Int.random(in: 0..<values.count, using: &random)]
        }
    }
}
