/// The parts of a bound that come from rounding.
///
/// docs/reference/catalogue-search.md, "Rounding".
struct BoundTerms {
    /// The most that the roundings of a score can change it, as a share of the sum of its terms' sizes.
    ///
    /// A term passes as many roundings as there are chunks of 16 dimensions, four of the tree and three of the terms
    /// after the dot product; two more are counted for the sums of a user's own terms.
    let share: Double
    /// What underflow can change: products of factors, values of levels and sums.
    static let underflow = 0x1p-125
    /// The share of a limit that its own computation in double can lose.
    static let limitShare = 0x1p-48

    init(dimensions: Int) {
        let count = Double((dimensions + 15) / 16 + 9) * 0x1p-24
        share = count / (1 - count)
    }
}
