// Matrix product of training, float32.
#pragma once

#include "rank_cpu.h"
#include "rank_team.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What may be asked of a product, and what may be known of it.
enum {
    /// Chains start at what C holds, and there is no seed. So a product may be taken in parts of k, one after the other,
    /// without another bit.
    RANK_GEMM_ADDS = 1,
    /// Many elements of A are zeros, as relu leaves them: a level may pass over those, without another bit.
    RANK_GEMM_MANY_ZEROS = 2
};

/// C = seed + A·B, with A of m × k, B of k × n, C of m × n.
///
/// Element (i, j) of C starts at `seed[j]` (+0 without a seed) and takes `fma(A[i][p], B[p][j], z)` for p = 0, 1, …
/// ascending, and is +0 where that comes to −0: one chain, so that every level gives the same bits whatever its tiles
/// are. RANK_LEVEL_PORTABLE, which cannot fuse, multiplies like RANK_LEVEL_SCALAR.
///
/// A's element (i, p) is `a[i * a_row + p * a_column]`: a transposed A is a matter of strides, and a stride of 0
/// repeats an element. Rows of B and C are contiguous, `b_row` and `c_row` floats apart. C overlaps none of the others.
/// `level` must be supported (`rank_level_supported`), `flags` are those above; k = 0 gives the seed. Nothing is
/// allocated, nothing is aligned.
/// Threads of `team` take rows of C or columns of it, whole chains in either case: their number changes no bit.
void rank_gemm(rank_team *team, rank_level level, int flags, size_t m, size_t n, size_t k, const float *a, size_t a_row,
               size_t a_column, const float *b, size_t b_row, const float *seed, float *c, size_t c_row);

#ifdef __cplusplus
}
#endif
