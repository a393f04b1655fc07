import CRankKernels
package import RankEngine

/// The matrix product of training: `C = seed + A·B`, one chain of fused multiply-adds per element, depth ascending.
///
/// The bits depend neither on the kernel nor on the team; `rank_gemm.h` says in which order they come about.
package struct MatrixProduct {
    /// The kernel that multiplies: one of profile `fp32-fma`.
    package let kernel: Kernel
    /// Who multiplies.
    package let team: Team

    /// The product under a kernel; no part of it is skipped, whatever the kernel.
    ///
    /// The oracle multiplies in the place of one that cannot fuse, so that a training gives the same weights
    /// everywhere.
    ///
    /// - Parameters:
    ///   - kernel: What multiplies.
    ///   - team: Who does; the caller alone unless told otherwise.
    package init(_ kernel: Kernel, team: Team = Team(threads: 1)) {
        self.kernel = kernel.fused.dense
        self.team = team
    }

    /// Which way the elements of A lie in memory.
    package enum Layout: Sendable {
        /// A is rows × depth, row-major.
        case rowMajor
        /// A is depth × rows, row-major: what is multiplied is its transpose.
        case transposed
        /// Every element of A is A's first.
        case repeated
    }

    /// Writes the product into the first `rows · columns` elements of `c`, row-major.
    ///
    /// - Parameters:
    ///   - c: At least rows · columns elements.
    ///   - rows: Rows of A and C.
    ///   - columns: Columns of B and C.
    ///   - depth: Columns of A, rows of B. 0 gives the seed.
    ///   - a: At least rows · depth elements, one when repeated.
    ///   - layout: How A lies.
    ///   - b: depth × columns, row-major.
    ///   - seed: Where each column's chain starts; +0 without it.
    ///   - adds: Whether each chain starts at what `c` holds instead.
    ///   - hasManyZeros: Whether many elements of A are zeros, as relu leaves them; those may be passed over. It changes
    ///     no bit.
    /// - Precondition: All are that long, `c` is none of the others, and what adds has no seed.
    package func callAsFunction(
        into c: AlignedFloats,
        rows: Int,
        columns: Int,
        depth: Int,
        a: AlignedFloats,
        _ layout: Layout = .rowMajor,
        b: AlignedFloats,
        seed: AlignedFloats? = nil,
        adds: Bool = false,
        hasManyZeros: Bool = false
    ) {
        let (row, column) =
            switch layout {
            case .rowMajor: (depth, 1)
            case .transposed: (1, rows)
            case .repeated: (0, 0)
            }
        precondition(rows >= 0 && columns >= 0 && depth >= 0 && c.count >= rows * columns)
        precondition(a.count >= (layout == .repeated ? min(1, depth) : rows * depth) && b.count >= depth * columns)
        precondition(seed?.count ?? .max >= columns && !(adds && seed != nil))
        let flags = (adds ? RANK_GEMM_ADDS : 0) | (hasManyZeros ? RANK_GEMM_MANY_ZEROS : 0)
        unsafe rank_gemm(
            team.handle,
            kernel.level,
            Int32(flags),
            rows,
            columns,
            depth,
            a.base,
            row,
            column,
            b.base,
            columns,
            seed?.base,
            c.base,
            columns
        )
    }
}
