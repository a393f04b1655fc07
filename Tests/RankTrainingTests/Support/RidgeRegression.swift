import RankTraining

/// Ridge regression of rows on features by the normal equations of the centred features: what ``ColumnEffects`` is held
/// against.
struct RidgeRegression {
    private let means: [Double]
    private let center: [Double]
    /// By term of a row and feature.
    private let effects: [[Double]]

    /// - Parameters:
    ///   - features: The features' values of each example, in one order.
    ///   - rows: The row of each.
    ///   - penalty: What a squared effect costs.
    init(features: [[Double]], rows: [[Double]], penalty: Double) {
        func means(_ columns: [[Double]]) -> [Double] {
            columns[0].indices.map { column in columns.reduce(0) { $0 + $1[column] } / Double(columns.count) }
        }
        let (featureMeans, center) = (means(features), means(rows))
        let centered = features.map { zip($0, featureMeans).map { $0 - $1 } }
        let count = featureMeans.count
        var matrix = [Double](repeating: 0, count: count * count)
        for one in 0..<count {
            for other in 0..<count {
                matrix[one * count + other] = centered.reduce(one == other ? penalty : 0) { $0 + $1[one] * $1[other] }
            }
        }
        let factor = CholeskyFactor(matrix, order: count)
        effects = center.indices.map { term in
            factor.solve(
                (0..<count).map { feature in
                    zip(centered, rows).reduce(0) { $0 + $1.0[feature] * ($1.1[term] - center[term]) }
                }
            )
        }
        (self.means, self.center) = (featureMeans, center)
    }

    /// The row that features make.
    func row(_ features: [Double]) -> [Double] {
        zip(center, effects).map { center, effects in
            center + zip(zip(features, means), effects).reduce(0) { $0 + ($1.0.0 - $1.0.1) * $1.1 }
        }
    }
}
