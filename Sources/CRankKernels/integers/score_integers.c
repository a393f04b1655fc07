#include "../isa/isa.h"

#include <string.h>

// Floats of scratch for the integer layers: activations of two tiles, or the sums and activations of one candidate.
static size_t own_floats(const rank_network *network, const rank_quantized *quantized) {
    const size_t tile = 2 * RANK_TILE_ROWS * quantized->row_bytes / sizeof(float);
    const size_t scalar = 2 * (size_t)network->hidden->stride;
    return tile > scalar ? tile : scalar;
}

// Candidates in a group: fewer where the activations that deeper layers read are wide.
static size_t group_rows(const rank_network *network) {
    const size_t fitting = 32768 / network->hidden->stride;
    return fitting > RANK_TILE_ROWS ? fitting : RANK_TILE_ROWS;
}

size_t rank_quantized_scratch_floats(const rank_network *network, const rank_quantized *quantized) {
    const size_t own = own_floats(network, quantized);
    if (network->hidden_count == 1) {
        return own;
    }
    return own + group_rows(network) * network->hidden->stride + 2 * rank_widest(network);
}

size_t rank_quantized_packed_bytes(rank_precision precision, uint32_t inputs, uint32_t outputs) {
    return rank_quantized_row_bytes(precision, inputs) * rank_padded(outputs);
}

void rank_pack_quantized(rank_precision precision, uint32_t inputs, uint32_t outputs, const int16_t *weights,
                         uint8_t *packed) {
    // Inputs whose weights fill four bytes.
    const uint32_t together = precision == RANK_PRECISION_INT16 ? 2 : 4;
    const size_t rows = rank_quantized_row_bytes(precision, inputs) / rank_unit_bytes(precision);
    const uint32_t stride = rank_padded(outputs);
    for (uint32_t column = 0; column < stride; column += RANK_INTEGER_PANEL) {
        const uint32_t end = column + RANK_INTEGER_PANEL < stride ? column + RANK_INTEGER_PANEL : stride;
        for (size_t row = 0; row < rows; row += together) {
            for (uint32_t output = column; output < end; output++) {
                for (size_t input = row; input < row + together; input++) {
                    const bool exists = input < inputs && output < outputs;
                    const int16_t weight = exists ? weights[input * outputs + output] : 0;
                    if (precision == RANK_PRECISION_INT16) {
                        memcpy(packed, &weight, 2);
                        packed += 2;
                    } else {
                        *packed++ = (uint8_t)weight;
                    }
                }
            }
        }
    }
}

static bool can_run(const rank_isa *isa, bool is_packed) {
    const rank_integer_kernels *integers = isa->integers;
    return integers && (is_packed || !integers->reads_packed) && (!integers->is_supported || integers->is_supported());
}

static const rank_integer_kernels *kernels_of(bool is_packed) {
    for (rank_level level = rank_level_count() - 1; level > RANK_LEVEL_SCALAR; level--) {
        if (rank_level_supported(level) && can_run(rank_isa_of(level), is_packed)) {
            return rank_isa_of(level)->integers;
        }
    }
    return rank_isa_scalar.integers;
}

bool rank_vnni_supported(void) {
    return kernels_of(true)->reads_packed;
}

void rank_score_quantized(const rank_network *network, const rank_quantized *quantized, const rank_run *run) {
    const rank_integer_kernels *kernels = kernels_of(quantized->packed != NULL);
    const bool deep = network->hidden_count > 1;
    const size_t group = group_rows(network);
    float *activations = run->scratch + own_floats(network, quantized);
    float *buffers = activations + (deep ? group * network->hidden->stride : 0);
    for (size_t done = 0; done < run->count;) {
        const size_t count = run->count - done < group ? run->count - done : group;
        float *out = deep ? activations : run->scores + done;
        kernels->layers[quantized->precision](network, quantized, run, done, count, (uint8_t *)run->scratch, out);
        kernels->finish(network, run, done, count, activations, buffers);
        done += count;
    }
}
