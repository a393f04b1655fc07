// AVX-512 with GFNI, whose product of 8 × 8 bits transposes them, and with VBMI, whose permutations of bytes find the
// ranks that the nodes of a few rows ask for: the CPUs with one have the other.
#include "../isa/isa.h"

#if defined(__x86_64__)
#define AVX512_ALSO ",gfni"
#define SLICES_GFNI
#include "columns_avx512.h"
#include "sums_avx512.h"

#include "score.h"

static bool is_supported(void) {
    return __builtin_cpu_supports("gfni") && __builtin_cpu_supports("avx512vbmi");
}

const rank_tree_kernels rank_tree_kernels_gfni = {
    .is_supported = is_supported,
    .basic = &rank_tree_kernels_avx512,
    .score_pieces = rank_score_pieces_vbmi,
    SLICED_KERNELS,
};
#endif
