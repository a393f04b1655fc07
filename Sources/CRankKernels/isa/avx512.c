#include "isa.h"

#if defined(__x86_64__)
#include "avx512.h"

#include "../score/factored_avx512.h"
#define SCORE_FACTORED rank_factored_avx512
#define SCORE_HIDDEN rank_hidden_avx512

#include "../certified/record.h"
#include "../gemm/tile.h"
#include "../gemm/zeros.h"
#include "../integers/finish.h"
#include "../lists/body.h"
#include "../score/body.h"
#include "../slices/columns_avx512.h"
#include "../slices/sums_avx512.h"
#include "../slices/score.h"
#include "../training/body.h"

static bool is_supported(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq");
}

static bool has_vnni(void) {
    return __builtin_cpu_supports("avx512vnni");
}

static const rank_integer_kernels integers = {
    .reads_packed = true,
    .is_supported = has_vnni,
    .layers = {rank_int16_vnni, rank_int8_vnni},
    .finish = finish_scores,
};

const rank_tree_kernels rank_tree_kernels_avx512 = {SLICED_KERNELS};
static const rank_bound_kernels bounds = {
    .by_preference = {&rank_bounds_avx512_vnni, &rank_bounds_avx2},
    .certify_user = certify_user,
    .row_errors = row_errors,
    .reach = reach,
    .line_losses = line_losses,
};

const rank_isa rank_isa_avx512 = {
    .name = "avx512",
    .is_supported = is_supported,
    .is_fused = true,
    .skips_dead_units = true,
    .score = &score_kernels,
    .gemm = &gemm_tiles,
    .gemm_zeros = &gemm_zeros,
    .training = &training_loops,
    .integers = &integers,
    .catalogue = &rank_catalogue_vnni,
    .bounds = &bounds,
    .identity_rows = identity_rows,
    .trees = &rank_tree_kernels_gfni,
};
#else
const rank_isa rank_isa_avx512 = {.name = "avx512", .is_fused = true, .skips_dead_units = true};
#endif
