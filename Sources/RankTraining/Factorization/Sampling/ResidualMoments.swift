/// Number, sum and sum of squares of residuals.
package struct ResidualMoments: Sendable, Equatable {
    /// The number of residuals; at least one.
    package let count: Int
    /// The sum of the residuals, Σ e.
    package let sum: Double
    /// The sum of the squared residuals, Σ e².
    package let squares: Double

    /// Sums in eight interleaved sums, which are then added.
    package init(of residuals: [Double]) {
        var (sums, squares) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
        unsafe residuals.withUnsafeBufferPointer { residuals in
            let bytes = UnsafeRawBufferPointer(residuals)
            var index = 0
            while index &+ 8 <= residuals.count {
                let eight = unsafe bytes.loadUnaligned(
                    fromByteOffset: index &* MemoryLayout<Double>.stride,
                    as: SIMD8<Double>.self
                )
                sums += eight
                squares += eight * eight
                index &+= 8
            }
            while index < residuals.count {
                unsafe sums[0] += residuals[index]
                unsafe squares[0] += residuals[index] * residuals[index]
                index &+= 1
            }
        }
        count = residuals.count
        sum = sums.indices.reduce(0) { $0 + sums[$1] }
        self.squares = squares.indices.reduce(0) { $0 + squares[$1] }
    }

    /// The mean of the squares.
    package var meanSquare: Double { squares / Double(count) }
}
