import RankCore

/// The error by how often a user or an item was met in training.
package struct ErrorGroups: Equatable {
    /// Pairs with about the same number.
    package struct Group: Equatable {
        /// The range of training ratings, such as `30–99`.
        package let name: String
        /// Pairs in it.
        package let count: Int
        /// Root mean squared error of the model, in stars.
        package let error: Double
        /// The error of the baseline that the model is compared with (stars).
        package let baseline: Double
    }

    /// Ascending; those without a pair are left out.
    package let groups: [Group]

    /// Groups pairs by ranges that start at 0, 1, 3, 10, 30, 100 and so on.
    ///
    /// All lists have the same length.
    ///
    /// - Parameters:
    ///   - ratings: The training ratings of each pair's user or item.
    ///   - predictions: In stars.
    ///   - baseline: In stars.
    ///   - stars: The ratings.
    package init(by ratings: [Int], predictions: [Double], baseline: [Double], stars: [Float]) {
        var starts = [0, 1, 3]
        let largest = ratings.max() ?? 0
        while let last = starts.last, last <= largest / 3 { starts.append(last % 3 == 0 ? last / 3 * 10 : last * 3) }
        var counts = [Int](repeating: 0, count: starts.count)
        var squares = [(model: Double, baseline: Double)](repeating: (0, 0), count: starts.count)
        for (pair, number) in ratings.enumerated() {
            let group = (starts.firstIndex { $0 > number } ?? starts.count) - 1
            let errors = (predictions[pair] - Double(stars[pair]), baseline[pair] - Double(stars[pair]))
            counts[group] += 1
            squares[group].model += errors.0 * errors.0
            squares[group].baseline += errors.1 * errors.1
        }
        groups = starts.indices.filter { counts[$0] > 0 }.map { index in
            Group(
                name: Self.name(starts, index, largest),
                count: counts[index],
                error: (squares[index].model / Double(counts[index])).squareRoot(),
                baseline: (squares[index].baseline / Double(counts[index])).squareRoot()
            )
        }
    }

    private static func name(_ starts: [Int], _ index: Int, _ largest: Int) -> String {
        let end = index + 1 < starts.count ? min(starts[index + 1] - 1, largest) : largest
        return end > starts[index] ? "\(grouped(starts[index]))–\(grouped(end))" : grouped(starts[index])
    }
}
