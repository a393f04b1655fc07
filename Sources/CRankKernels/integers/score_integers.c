#include "integers.h"
#include "../score/oracle.h"

#include <string.h>

bool rank_vnni_supported(void) {
#if defined(__x86_64__)
    return rank_level_supported(RANK_LEVEL_AVX512) && __builtin_cpu_supports("avx512vnni");
#else
    return false;
#endif
}

// Floats of the integer kernels' own scratch: activations of two tiles, or the sums and activations of one candidate.
static size_t own_floats(const rank_network *network, const rank_quantized *quantized) {
    const size_t tile = 2 * RANK_TILE_ROWS * quantized->row_bytes / sizeof(float);
    const size_t scalar = 2 * (size_t)network->hidden->stride;
    return tile > scalar ? tile : scalar;
}

// Candidates that are taken on at a time: fewer where their activations, which deeper layers read, are wide.
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
    // Inputs whose weights make four bytes.
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

// What follows the first hidden layer: from its activations, or from what the dense layers give where it is the only
// one, to scores.
RANK_ORACLE void finish(const rank_network *network, const rank_run *run, size_t at, size_t count, const float *h,
                        float *buffers) {
    const rank_matrix *hidden = network->hidden;
    float *even = buffers;
    float *odd = buffers + rank_widest(network);
    for (size_t row = 0; row < count; row++) {
        float y = run->scores[at + row];
        if (network->hidden_count > 1) {
            y = rank_deeper(network, 1, h + row * hidden->stride, hidden->outputs, even, odd);
        }
        run->scores[at + row] = rank_terms(network, run, at + row, y);
    }
}

static void finish_scalar(const rank_network *network, const rank_run *run, size_t at, size_t count, const float *h,
                          float *buffers) {
    finish(network, run, at, count, h, buffers);
}

#if defined(__x86_64__)
// The same source again: a compiler makes wider vectors of it where the CPU has them.
__attribute__((target("avx2,fma"))) static void finish_avx2(const rank_network *network, const rank_run *run,
                                                            size_t at, size_t count, const float *h, float *buffers) {
    finish(network, run, at, count, h, buffers);
}

__attribute__((target("avx2,fma,avx512f,avx512vl,avx512bw,avx512dq"))) static void
finish_avx512(const rank_network *network, const rank_run *run, size_t at, size_t count, const float *h,
              float *buffers) {
    finish(network, run, at, count, h, buffers);
}
#endif

typedef struct kernels {
    rank_integer_layers *layers;
    void (*finish)(const rank_network *network, const rank_run *run, size_t at, size_t count, const float *h,
                   float *buffers);
} kernels;

static kernels kernels_of(const rank_quantized *quantized) {
#if defined(__x86_64__)
    if (quantized->packed && rank_vnni_supported()) {
        const bool is_int16 = quantized->precision == RANK_PRECISION_INT16;
        return (kernels){is_int16 ? rank_int16_vnni : rank_int8_vnni, finish_avx512};
    }
    if (rank_level_supported(RANK_LEVEL_AVX2)) {
        return (kernels){rank_integers_scalar, finish_avx2};
    }
#else
    (void)quantized;
#endif
    return (kernels){rank_integers_scalar, finish_scalar};
}

void rank_score_quantized(const rank_network *network, const rank_quantized *quantized, const rank_run *run) {
    const kernels kernels = kernels_of(quantized);
    const bool deep = network->hidden_count > 1;
    const size_t group = group_rows(network);
    float *activations = run->scratch + own_floats(network, quantized);
    float *buffers = activations + (deep ? group * network->hidden->stride : 0);
    for (size_t done = 0; done < run->count;) {
        const size_t count = run->count - done < group ? run->count - done : group;
        float *out = deep ? activations : run->scores + done;
        kernels.layers(network, quantized, run, done, count, (uint8_t *)run->scratch, out);
        kernels.finish(network, run, done, count, activations, buffers);
        done += count;
    }
}
