import CRankKernels
package import RankEngine

/// The matrix product of training: `C = seed + A·B`, one chain of fused multiply-adds per element, depth ascending.
///
/// The bits depend neither on the kernel nor on the team; `rank_gemm.h` says in which order they come about.
package struct MatrixProduct {
    /// The kernel that multiplies: one of profile `fp32-fma`.
    package let kernel: Kernel
    /// The threads that multiply.
    package let team: Team

    /// The product under a kernel; no part of it is skipped, whatever the kernel.
    ///
    /// The oracle takes the place of a kernel that cannot fuse, so that a training gives the same weights on every
    /// machine.
    ///
    /// - Parameters:
    ///   - kernel: The kernel that multiplies.
    ///   - team: The threads; the calling thread alone by default.
    package init(_ kernel: Kernel, team: Team = Team(threads: 1)) {
        self.kernel = kernel.fused.dense
        self.team = team
    }

    /// The layout of A in memory.
    package enum Layout: Sendable {
        /// A is rows × depth, row-major.
        case rowMajor
        /// A is depth × rows, row-major, and its transpose is multiplied.
        case transposed
        /// Every element of A is the first one.
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
    ///   - layout: The layout of A.
    ///   - b: depth × columns, row-major.
    ///   - seed: The start of each column's chain; +0 by default.
    ///   - adds: Whether each chain starts at the element of `c` instead.
    ///   - hasManyZeros: Whether many elements of A are zeros, as after relu; the kernel may skip them. It changes no
    ///     bit.
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
