// The matrix product of training, float32.
#pragma once

#include "rank_cpu.h"
#include "rank_team.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Flags of a product.
enum {
    /// Chains start at the values of C, and there is no seed. Parts of k may so be multiplied one after another: the
    /// bits are the same.
    RANK_GEMM_ADDS = 1,
    /// Many elements of A are zeros, as after relu: a level may skip them, which changes no bit.
    RANK_GEMM_MANY_ZEROS = 2
};

/// C = seed + A·B, with A of m × k, B of k × n, C of m × n.
///
/// Element (i, j) of C starts at `seed[j]` (+0 without a seed) and takes `fma(A[i][p], B[p][j], z)` for p = 0, 1, …
/// ascending; −0 becomes +0. One chain for each element: every level gives the same bits whatever its tiles are.
/// RANK_LEVEL_PORTABLE, which cannot fuse, multiplies like RANK_LEVEL_SCALAR.
///
/// A's element (i, p) is `a[i * a_row + p * a_column]`: strides transpose A, and a stride of 0 repeats an element. Rows
/// of B and C are contiguous, `b_row` and `c_row` floats apart. C overlaps none of the others. `level` must be
/// supported (`rank_level_supported`); k = 0 gives the seed. Allocates nothing, and needs no alignment. Each thread of
/// `team` takes rows or columns of C, whole chains in either case: the number of threads changes no bit.
void rank_gemm(rank_team *team, rank_level level, int flags, size_t m, size_t n, size_t k, const float *a, size_t a_row,
               size_t a_column, const float *b, size_t b_row, const float *seed, float *c, size_t c_row);

#ifdef __cplusplus
}
#endif
