package import RankData

/// The number of ratings and of predictions by stars.
package struct RatingHistogram: Equatable {
    /// Ratings about the same.
    package struct Bin: Equatable {
        /// Stars.
        package let stars: Double
        /// Ratings nearest to it.
        package let actual: Int
        /// Predictions nearest to it.
        package let predicted: Int
    }

    /// Ascending, from the lowest to the highest rating.
    package let bins: [Bin]
    /// Predictions below the first bin, which it counts.
    package let below: Int
    /// Predictions above the last bin, which it counts.
    package let above: Int

    /// The distance between bins (stars).
    package let step: Double

    /// Counts ratings and predictions; what lies in the middle of two bins goes up.
    ///
    /// The bins are half a star apart, or further where the scale is longer than 1...5 stars.
    package init(stars: [Float], predictions: [Double], scale: RatingScale = .stars) {
        let (minimum, width) = (Double(scale.minimum), Double(scale.width))
        let step = [0.5, 1, 2, 5, 10].first { width / $0 <= 10 && (width / $0).rounded() * $0 == width } ?? width / 8
        let last = Int((width / step).rounded())
        func bin(_ value: Double) -> Int {
            Int(min(max(((value - minimum) / step + 0.5).rounded(.down), 0), Double(last)))
        }
        var actual = [Int](repeating: 0, count: last + 1)
        var predicted = actual
        for rating in stars { actual[bin(Double(rating))] += 1 }
        for prediction in predictions { predicted[bin(prediction)] += 1 }
        bins = (0...last).map { index in
            Bin(stars: minimum + Double(index) * step, actual: actual[index], predicted: predicted[index])
        }
        below = predictions.count { $0 < minimum }
        above = predictions.count { $0 > minimum + width }
        self.step = step
    }
}
