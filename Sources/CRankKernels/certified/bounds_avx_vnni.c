// Bounds with VNNI on CPUs without AVX-512.
#include "certified.h"

#if defined(__x86_64__)
#define AVX2_ALSO ",avxvnni"
#include "../isa/avx2.h"

#define TILE_ROWS 6

INLINE mask dot(mask sum, mask x, mask w) {
    return (mask)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)x, (__m256i)w);
}

#include "tile.h"

static bool is_supported(void) {
    return __builtin_cpu_supports("avxvnni");
}

const rank_bound_kernel rank_bounds_avx_vnni = {
    .name = "avx-vnni",
    .is_supported = is_supported,
    .addends = 1,
    .bound_rows = bound_tiles,
};
#endif
