// The oracle: docs/reference/numerics.md written down as plainly as C allows, in float32. Every other kernel is
// compared with it.
//
// Each function is inlined into its callers, whose target decides how `fmaf` is computed: the bits are the same.
#pragma once

#include "score.h"
#include "oracle_activations.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

/// numerics.md, chain(s; x, W). Leaves the padding of `z` unchanged.
RANK_ORACLE void rank_chain(const rank_matrix *matrix, const float *x, float *z) {
    for (uint32_t output = 0; output < matrix->outputs; output++) {
        z[output] = matrix->bias ? matrix->bias[output] : 0.0f;
    }
    for (uint32_t k = 0; k < matrix->inputs; k++) {
        const float *row = matrix->kernel + (size_t)k * matrix->outputs;
        for (uint32_t output = 0; output < matrix->outputs; output++) {
            z[output] = __builtin_fmaf(x[k], row[output], z[output]);
        }
    }
}

/// docs/reference/numerics.md, lanes(x, w).
RANK_ORACLE float rank_lanes(const float *x, const float *w, size_t length) {
    float lane[16] = {0};
    for (size_t block = 0; block < length; block += 16) {
        for (size_t i = 0; i < 16; i++) {
            float left = block + i < length ? x[block + i] : 0.0f;
            float right = block + i < length ? w[block + i] : 0.0f;
            lane[i] = __builtin_fmaf(left, right, lane[i]);
        }
    }
    for (size_t half = 8; half > 0; half /= 2) {
        for (size_t i = 0; i < half; i++) {
            lane[i] = lane[i] + lane[i + half];
        }
    }
    return lane[0];
}

RANK_ORACLE void rank_relu(float *z, uint32_t count) {
    for (uint32_t j = 0; j < count; j++) {
        z[j] = z[j] > 0.0f ? z[j] : 0.0f;
    }
}

/// The hidden layers from `from` on, then the last one, from the activations `h` of the layer before. The layers write
/// their activations to `even` and `odd` in turn; `odd` may be `h`.
RANK_ORACLE float rank_deeper(const rank_network *network, uint32_t from, const float *h, uint32_t width, float *even,
                              float *odd) {
    for (uint32_t layer = from; layer < network->hidden_count; layer++) {
        const rank_matrix *matrix = network->hidden + layer;
        float *z = even;
        rank_chain(matrix, h, z);
        rank_activate_units(network, layer + 1, z, matrix->outputs);
        even = odd;
        odd = z;
        h = z;
        width = matrix->outputs;
    }
    return rank_lanes(h, network->output_weights, width) + network->output_bias;
}

/// The terms that follow the dense layers: from `y` to the score of the run's candidate at `index`.
RANK_ORACLE float rank_terms(const rank_network *network, const rank_run *run, size_t index, float y) {
    const uint32_t candidate = run->candidate_rows[index];
    if (network->dot_product) {
        const float *u = network->user_embedding + (size_t)run->user_row * network->user_dimensions;
        const float *m = network->candidate_embedding + (size_t)candidate * network->candidate_dimensions;
        y = y + rank_lanes(u, m, network->user_dimensions);
    }
    if (network->user_bias) {
        y = y + network->user_bias[run->user_row];
    }
    if (network->candidate_bias) {
        y = y + network->candidate_bias[candidate];
    }
    if (network->has_mean) {
        y = y + network->mean;
    }
    return rank_output_step(network, y) + 0.0f;
}
