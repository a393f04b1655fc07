#include "isa.h"

#if defined(__aarch64__)
#include "neon.h"

#include "../certified/record.h"
#include "../gemm/tile.h"
#include "../score/body.h"
#define SLICES_NEON
#include "../slices/columns_128.h"
#include "../slices/sums_128.h"

#include "../slices/score.h"
#include "../training/body.h"

static bool is_supported(void) {
    return true;
}

static const rank_bound_kernels bounds = {
    .by_preference = {&rank_bounds_dotprod},
    .certify_user = certify_user,
    .row_errors = row_errors,
    .reach = reach,
    .line_losses = line_losses,
};

static const rank_tree_kernels tree_kernels = {SLICED_KERNELS};

const rank_isa rank_isa_neon = {
    .name = "neon",
    .is_supported = is_supported,
    .is_fused = true,
    .score = &score_kernels,
    .gemm = &gemm_tiles,
    .training = &training_loops,
    .bounds = &bounds,
    .catalogue = &rank_catalogue_neon,
    .trees = &tree_kernels,
};
#else
const rank_isa rank_isa_neon = {.name = "neon", .is_fused = true};
#endif
