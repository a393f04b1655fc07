#include "isa.h"

#include "scalar.h"

#include "../certified/oracle.h"
#include "../certified/record.h"
#include "../integers/finish.h"
#include "../integers/layers.h"
#include "../lists/body.h"
#include "../training/body.h"

static bool is_supported(void) {
    return true;
}

static const rank_integer_kernels integers = {.layers = {integer_layers, integer_layers}, .finish = finish_scores};

static const rank_bound_kernel bound_kernel = {.name = "scalar", .addends = 1, .bound_rows = bound_rows};

static const rank_bound_kernels bounds = {
    .by_preference = {&bound_kernel},
    .certify_user = certify_user,
    .row_errors = row_errors,
    .reach = reach,
    .line_losses = line_losses,
};

const rank_isa rank_isa_scalar = {
    .name = "scalar",
    .is_supported = is_supported,
    .is_fused = true,
    .score = &rank_score_scalar,
    .gemm = &rank_gemm_scalar,
    .training = &training_loops,
    .integers = &integers,
    .catalogue = &rank_catalogue_scalar,
    .bounds = &bounds,
    .identity_rows = identity_rows,
};
