import RankData

/// The rows of a table that a student learns, and how often each is drawn.
///
/// These are the row for unknown ids, the rows with training ratings, and the rows that the data set describes. Rows
/// known from test ratings alone are not among them, so that nothing depends on the test rows.
struct TaughtRows {
    /// Ascending; row 0 is the first.
    let rows: [Int32]
    /// Sums of √(training ratings + 1), with those of the rows before.
    private let sums: [Double]

    /// The taught rows of one side.
    ///
    /// - Parameters:
    ///   - index: The rows of the ids.
    ///   - rated: The row of each training rating.
    ///   - described: The ids that the data set describes.
    init(_ index: RowIndex, rated: [Int32], described: [UInt64]) {
        var counts = [Int](repeating: 0, count: index.rowCount)
        var isTaught = [Bool](repeating: false, count: index.rowCount)
        isTaught[0] = true
        for row in rated {
            counts[Int(row)] += 1
            isTaught[Int(row)] = true
        }
        for id in described { isTaught[index.row(of: id)] = true }
        var rows: [Int32] = []
        var sums: [Double] = []
        for row in isTaught.indices where isTaught[row] {
            rows.append(Int32(row))
            sums.append((sums.last ?? 0) + Double(counts[row] + 1).squareRoot())
        }
        (self.rows, self.sums) = (rows, sums)
    }

    /// A place in `rows`, drawn in proportion to √(training ratings + 1).
    ///
    /// - Complexity: O(log n)
    func draw(_ random: inout NumPyRandom) -> Int {
        let target = random.nextUnit() * (sums.last ?? 0)
        var range = 0..<sums.count - 1
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if sums[middle] > target {
                range = range.lowerBound..<middle
            } else {
                range = middle + 1..<range.upperBound
            }
        }
        return range.lowerBound
    }
}
