import RankData

/// `mean + bias of the item + bias of the user` on the ratings' scale: a prediction without differences of taste.
///
/// Ten rounds of alternating ridge regression, as Koren's "Factor in the Neighbors" has it (2010): an item's bias is
/// the sum of its ratings' residuals divided by their number + 10, then a user's likewise with 15, in float64 by the
/// order of the training rows. Users and items without training ratings have a bias of 0.
struct RatingBiases {
    private let mean: Double
    private let users: RowIndex
    private let items: RowIndex
    private var userBiases: [Double]
    private var itemBiases: [Double]

    /// Solves for the biases of some ratings.
    ///
    /// - Complexity: O(n log n)
    init(_ ratings: Ratings, _ rows: RowList, mean: Double) {
        self.mean = mean
        users = RowIndex(ids: rows.lazy.map { ratings.userIDs[$0] })
        items = RowIndex(ids: rows.lazy.map { ratings.itemIDs[$0] })
        userBiases = [Double](repeating: 0, count: users.rowCount)
        itemBiases = [Double](repeating: 0, count: items.rowCount)
        let userRows = rows.map { users.row(of: ratings.userIDs[$0]) }
        let itemRows = rows.map { items.row(of: ratings.itemIDs[$0]) }
        let deviations = rows.map { Double(ratings.stars[$0]) - mean }
        for _ in 1...10 {
            Self.solve(&itemBiases, itemRows, deviations, beside: userBiases, userRows, penalty: 10)
            Self.solve(&userBiases, userRows, deviations, beside: itemBiases, itemRows, penalty: 15)
        }
    }

    /// The prediction of a pair, on the ratings' scale.
    func predict(user: UInt64, item: UInt64) -> Double {
        // Row 0 belongs to no id, and its bias is 0.
        mean + itemBiases[items.row(of: item)] + userBiases[users.row(of: user)]
    }

    private static func solve(
        _ biases: inout [Double],
        _ rows: [Int],
        _ deviations: [Double],
        beside others: [Double],
        _ otherRows: [Int],
        penalty: Double
    ) {
        var counts = [Double](repeating: 0, count: biases.count)
        var sums = [Double](repeating: 0, count: biases.count)
        for (index, row) in rows.enumerated() {
            counts[row] += 1
            sums[row] += deviations[index] - others[otherRows[index]]
        }
        for row in biases.indices { biases[row] = sums[row] / (counts[row] + penalty) }
    }
}
