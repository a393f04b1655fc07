/// Whether pairs that are predicted x stars get x stars in the mean.
package struct Calibration: Equatable {
    /// Pairs of neighbouring predictions.
    package struct Bin: Equatable {
        /// The number of pairs.
        package let count: Int
        /// The mean prediction (stars).
        package let predicted: Double
        /// The mean rating (stars).
        package let actual: Double
        /// The standard error of `actual`; 0 for a single pair.
        package let standardError: Double
    }

    /// Ascending by prediction.
    ///
    /// At most as many as asked for: equal predictions are never told apart.
    package let bins: [Bin]

    /// Sorts pairs into bins of about the same size.
    ///
    /// - Complexity: O(n log n) for n pairs.
    init(_ pairs: MeasuredPairs, bins count: Int = 12) {
        self.init(predictions: pairs.predictions, stars: pairs.stars.map(Double.init), bins: count)
    }

    /// Both lists have the same length.
    package init(predictions: [Double], stars: [Double], bins count: Int) {
        let order = predictions.indices.sorted { (predictions[$0], $0) < (predictions[$1], $1) }
        var bins: [Bin] = []
        var start = 0
        while start < order.count {
            let share = (order.count - start - 1) / max(1, count - bins.count) + 1
            var end = min(start + share, order.count)
            while end < order.count, predictions[order[end]] == predictions[order[end - 1]] { end += 1 }
            bins.append(Self.bin(order[start..<end], predictions, stars))
            start = end
        }
        self.bins = bins
    }

    private static func bin(_ places: ArraySlice<Int>, _ predictions: [Double], _ stars: [Double]) -> Bin {
        let count = Double(places.count)
        let actual = places.reduce(0) { $0 + stars[$1] } / count
        let squares = places.reduce(0) { $0 + (stars[$1] - actual) * (stars[$1] - actual) }
        return Bin(
            count: places.count,
            predicted: places.reduce(0) { $0 + predictions[$1] } / count,
            actual: actual,
            standardError: places.count > 1 ? (squares / (count - 1) / count).squareRoot() : 0
        )
    }
}
