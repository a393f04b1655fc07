// Bounds with VNNI in the 256-bit form of AVX-512.
#include "certified.h"

#if defined(__x86_64__)
#define AVX2_ALSO ",avx512f,avx512vl,avx512vnni"
#include "../isa/avx2.h"

#define TILE_ROWS 6

INLINE mask dot(mask sum, mask x, mask w) {
    return (mask)_mm256_dpbusd_epi32((__m256i)sum, (__m256i)x, (__m256i)w);
}

#include "tile.h"

static bool is_supported(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni");
}

const rank_bound_kernel rank_bounds_avx512vl_vnni = {
    .name = "avx512vl-vnni",
    .is_supported = is_supported,
    .addends = 1,
    .bound_rows = bound_tiles,
};
#endif
