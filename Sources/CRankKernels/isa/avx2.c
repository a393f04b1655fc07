#include "isa.h"

#if defined(__x86_64__)
#include "avx2.h"

#include "../certified/record.h"
#include "../gemm/tile.h"
#include "../gemm/zeros.h"
#include "../integers/finish.h"
#include "../integers/layers.h"
#include "../lists/body.h"
#include "../score/body.h"
#include "../slices/columns_avx2.h"
#include "../slices/sums_avx2.h"

#include "../slices/score.h"
#include "../training/body.h"

static bool is_supported(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static const rank_integer_kernels integers = {.layers = {integer_layers, integer_layers}, .finish = finish_scores};

static const rank_bound_kernels bounds = {
    .by_preference = {&rank_bounds_avx512vl_vnni, &rank_bounds_avx_vnni, &rank_bounds_avx2},
    .certify_user = certify_user,
    .row_errors = row_errors,
    .reach = reach,
    .line_losses = line_losses,
};

static const rank_tree_kernels tree_kernels = {SLICED_KERNELS};

const rank_isa rank_isa_avx2 = {
    .name = "avx2",
    .is_supported = is_supported,
    .is_fused = true,
    .score = &score_kernels,
    .gemm = &gemm_tiles,
    .gemm_zeros = &gemm_zeros,
    .training = &training_loops,
    .integers = &integers,
    .bounds = &bounds,
    .catalogue = &rank_catalogue_avx2,
    .identity_rows = identity_rows,
    .trees = &tree_kernels,
};
#else
const rank_isa rank_isa_avx2 = {.name = "avx2", .is_fused = true};
#endif
