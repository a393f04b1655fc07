// The integer reference: docs/reference/numerics.md written down as plainly as C allows. The VNNI kernels are compared
// with it.
//
// Compiled for each instruction set that includes this file: the compiler vectorises the loops.
#pragma once

#include "../isa/vectors.h"
#include "../score/oracle.h"
#include "integers.h"

// The activation of a unit: the user's level minus the candidate's threshold, at least 0.
INLINE int32_t activation_of(rank_precision precision, const uint8_t *user, const uint8_t *candidate, size_t unit) {
    uint16_t level = 0;
    uint16_t threshold = 0;
    if (precision == RANK_PRECISION_INT16) {
        memcpy(&level, user + 2 * unit, 2);
        memcpy(&threshold, candidate + 2 * unit, 2);
    } else {
        level = user[unit];
        threshold = candidate[unit];
    }
    return level > threshold ? level - threshold : 0;
}

TARGET static void integer_layers(const rank_network *network, const rank_quantized *quantized, const rank_run *run,
                                  size_t at, size_t count, uint8_t *scratch, float *out) {
    const rank_matrix *hidden = network->hidden;
    const size_t outputs = hidden->outputs;
    const uint8_t *user = quantized->users + run->user_row * quantized->row_bytes;
    // The sums of one candidate, then its activations.
    int32_t *sums = (int32_t *)(void *)scratch;
    float *own = (float *)(void *)scratch + hidden->stride;
    for (size_t row = 0; row < count; row++) {
        const uint8_t *candidate = quantized->candidates + run->candidate_rows[at + row] * quantized->row_bytes;
        memset(sums, 0, outputs * sizeof(int32_t));
        for (size_t unit = 0; unit < hidden->inputs; unit++) {
            const int32_t h = activation_of(quantized->precision, user, candidate, unit);
            const int16_t *weights = quantized->weights + unit * outputs;
            for (size_t output = 0; output < outputs; output++) {
                sums[output] += h * weights[output];
            }
        }
        float *activations = network->hidden_count > 1 ? out + row * hidden->stride : own;
        memset(activations, 0, hidden->stride * sizeof(float));
        for (size_t output = 0; output < outputs; output++) {
            activations[output] = __builtin_fmaf((float)sums[output], quantized->steps[output], hidden->bias[output]);
        }
        rank_relu(activations, hidden->outputs);
        if (network->hidden_count == 1) {
            out[row] = rank_lanes(own, network->output_weights, outputs) + network->output_bias;
        }
    }
}
