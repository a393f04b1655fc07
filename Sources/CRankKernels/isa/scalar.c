#include "isa.h"

#include "scalar.h"

#include "../integers/finish.h"
#include "../integers/layers.h"
#include "../lists/body.h"
#include "../training/body.h"

static bool is_supported(void) {
    return true;
}

static const rank_integer_kernels integers = {.layers = {integer_layers, integer_layers}, .finish = finish_scores};

const rank_isa rank_isa_scalar = {
    .name = "scalar",
    .is_supported = is_supported,
    .is_fused = true,
    .score = &rank_score_scalar,
    .gemm = &rank_gemm_scalar,
    .training = &training_loops,
    .integers = &integers,
    .catalogue = &rank_catalogue_scalar,
    .identity_rows = identity_rows,
};
