// Bounds with AVX2: products of two units are added in 16 bits, which weights fit by `rank_fit_weights`.
#include "certified.h"

#if defined(__x86_64__)
#include "../isa/avx2.h"

#define TILE_ROWS 4

INLINE mask dot(mask sum, mask x, mask w) {
    const __m256i pairs = _mm256_maddubs_epi16((__m256i)x, (__m256i)w);
    return sum + (mask)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

#include "tile.h"

const rank_bound_kernel rank_bounds_avx2 = {.name = "avx2", .addends = 2, .bound_rows = bound_tiles};
#endif
