import CRankKernels
package import RankEngine

/// The elementwise loops of training between its matrix products.
///
/// No operation is fused and no sum split, so the bits depend neither on the kernel nor on the team.
package struct TrainingLoops {
    let level: rank_level
    let team: Team

    /// The loops under a kernel.
    ///
    /// - Parameters:
    ///   - kernel: The kernel that computes.
    ///   - team: The threads; the calling thread alone by default.
    package init(_ kernel: Kernel, team: Team = Team(threads: 1)) {
        level = kernel.level
        self.team = team
    }

    /// The row of each of two tables that each example belongs to; rows are numbered in the order of their first
    /// example.
    package struct Places {
        /// The row of the first table for each example.
        let first: [Int32]
        /// The row of the second table for each example.
        let second: [Int32]
        /// The number of distinct rows of the first table.
        let firstCount: Int
        /// The number of distinct rows of the second table.
        let secondCount: Int

        /// Checks the places once for all loops.
        ///
        /// - Precondition: Both lists are as long; each place is at most the number of different ones before it.
        package init(first: [Int32], second: [Int32]) {
            precondition(first.count == second.count)
            self.first = first
            self.second = second
            firstCount = Self.differentPlaces(first)
            secondCount = Self.differentPlaces(second)
        }

        private static func differentPlaces(_ places: [Int32]) -> Int {
            var count: Int32 = 0
            for place in places {
                precondition(place >= 0 && place <= count)
                if place == count { count += 1 }
            }
            return Int(count)
        }
    }

    /// The number of rows of two tables that hold sums of earlier examples.
    package struct SummedRows {
        fileprivate var first = 0
        fileprivate var second = 0

        /// None.
        package init() {}
    }

    /// Adds for each example its row of `p` and its row of `q`, followed by relu if asked for.
    ///
    /// - Parameters:
    ///   - places: The rows.
    ///   - examples: The range of the examples; all by default.
    ///   - width: Floats in a row.
    ///   - p: The first table.
    ///   - q: The second table.
    ///   - relu: Whether values of zero or below become +0.
    ///   - sums: examples × width.
    package func addRows(
        _ places: Places,
        _ examples: Range<Int>? = nil,
        width: Int,
        p: AlignedFloats,
        q: AlignedFloats,
        relu: Bool,
        into sums: AlignedFloats
    ) {
        let examples = examples ?? places.first.indices
        precondition(p.count >= places.firstCount * width && q.count >= places.secondCount * width)
        precondition(sums.count >= examples.count * width)
        unsafe places.first[examples].withUnsafeBufferPointer { first in
            unsafe places.second[examples].withUnsafeBufferPointer { second in
                unsafe rank_training_add_rows(
                    team.handle,
                    level,
                    examples.count,
                    width,
                    first.baseAddress,
                    second.baseAddress,
                    p.base,
                    q.base,
                    relu ? 1 : 0,
                    sums.base
                )
            }
        }
    }

    /// Sums the examples' gradients by their rows of `p` and by their rows of `q`, in the order of the examples.
    ///
    /// - Parameters:
    ///   - gradients: examples × width.
    ///   - places: The rows.
    ///   - examples: The range of the examples; all by default.
    ///   - summed: The rows that already hold sums from earlier calls; this call adds its rows.
    ///   - width: Floats in a row.
    ///   - outputs: relu's outputs, examples × width: a gradient counts where the output is not zero. Nil without
    ///     relu.
    ///   - p: The sums by row of the first table. Rows outside `summed` may hold anything: they are overwritten.
    ///   - q: The sums by row of the second table, likewise.
    package func sumSegments(
        _ gradients: AlignedFloats,
        _ places: Places,
        _ examples: Range<Int>? = nil,
        after summed: inout SummedRows,
        width: Int,
        liveIn outputs: AlignedFloats?,
        p: AlignedFloats,
        q: AlignedFloats
    ) {
        let examples = examples ?? places.first.indices
        let count = examples.count
        precondition(p.count >= places.firstCount * width && q.count >= places.secondCount * width)
        precondition(gradients.count >= count * width && outputs?.count ?? .max >= count * width)
        unsafe places.first[examples].withUnsafeBufferPointer { first in
            unsafe places.second[examples].withUnsafeBufferPointer { second in
                unsafe rank_training_segment_sums(
                    team.handle,
                    level,
                    count,
                    width,
                    first.baseAddress,
                    second.baseAddress,
                    summed.first,
                    summed.second,
                    gradients.base,
                    outputs?.base,
                    p.base,
                    q.base
                )
            }
        }
        for example in examples {
            summed.first = max(summed.first, Int(places.first[example]) + 1)
            summed.second = max(summed.second, Int(places.second[example]) + 1)
        }
    }

    /// Replaces values of zero or below by +0 among the first `count`; NaN stays NaN.
    package func relu(_ values: AlignedFloats, _ count: Int) {
        precondition(count >= 0 && values.count >= count)
        unsafe rank_training_relu(team.handle, level, count, values.base)
    }

    /// Sets to +0 those of the first `count` whose relu output is zero.
    package func mask(_ values: AlignedFloats, liveIn outputs: AlignedFloats, _ count: Int) {
        precondition(count >= 0 && values.count >= count && outputs.count >= count)
        unsafe rank_training_mask(team.handle, level, count, outputs.base, values.base)
    }

    /// Copies rows of a table of that width into the first `rows.count` rows.
    ///
    /// - Precondition: Rows are those of the table.
    package func gather(_ rows: [Int32], of table: AlignedFloats, width: Int, into gathered: AlignedFloats) {
        precondition(width >= 1 && rows.count * width <= gathered.count)
        let tableRows = table.count / width
        precondition(rows.allSatisfy { $0 >= 0 && Int($0) < tableRows })
        unsafe rank_training_gather(team.handle, rows.count, width, rows, table.base, gathered.base)
    }

    /// Writes the transpose of a matrix.
    package func transpose(_ matrix: AlignedFloats, rows: Int, columns: Int, into transpose: AlignedFloats) {
        precondition(rows >= 0 && columns >= 0)
        precondition(matrix.count >= rows * columns && transpose.count >= rows * columns)
        unsafe rank_training_transpose(team.handle, rows, columns, matrix.base, transpose.base)
    }

    /// Moves all weights one step of Adagrad: `a += g²`, `w -= rate · g / √(a + epsilon)`.
    ///
    /// - Precondition: There are as many accumulators, and at least as many gradients.
    package func adagrad(
        rate: Float,
        epsilon: Float,
        gradients: AlignedFloats,
        accumulators: AlignedFloats,
        weights: AlignedFloats
    ) {
        precondition(accumulators.count == weights.count && gradients.count >= weights.count)
        unsafe rank_training_adagrad(
            team.handle,
            level,
            weights.count,
            rate,
            epsilon,
            gradients.base,
            accumulators.base,
            weights.base
        )
    }

    /// Moves some rows of a table: row `i` of the gradients moves row `rows[i]` of the weights.
    ///
    /// - Precondition: Rows are those of the table, none twice; accumulators are as many as weights.
    package func adagrad(
        rows: [Int32],
        width: Int,
        rate: Float,
        epsilon: Float,
        gradients: AlignedFloats,
        accumulators: AlignedFloats,
        weights: AlignedFloats
    ) {
        precondition(width >= 1 && accumulators.count == weights.count && gradients.count >= rows.count * width)
        let tableRows = weights.count / width
        precondition(rows.allSatisfy { $0 >= 0 && Int($0) < tableRows })
        unsafe rank_training_adagrad_rows(
            team.handle,
            level,
            rows.count,
            width,
            rows,
            rate,
            epsilon,
            gradients.base,
            accumulators.base,
            weights.base
        )
    }
}
