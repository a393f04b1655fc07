// AVX-512 with GFNI, whose product of 8 × 8 bits transposes them.
#include "../isa/isa.h"

#if defined(__x86_64__)
#define AVX512_ALSO ",gfni"
#define SLICES_GFNI
#include "columns_avx512.h"
#include "sums_avx512.h"

#include "kernels.h"

static bool is_supported(void) {
    return __builtin_cpu_supports("gfni");
}

const rank_tree_kernels rank_tree_kernels_gfni = {
    .is_supported = is_supported,
    .basic = &rank_tree_kernels_avx512,
    SLICED_KERNELS,
};
#endif
