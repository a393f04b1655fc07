// The oracle: docs/NUMERICS.md written down as plainly as C allows. Every other kernel is compared with this one.
#include "levels.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

// NUMERICS.md, chain(s; x, W): the padding of `z` stays as it is.
INLINE void chain(const rank_matrix *matrix, const float *x, float *z) {
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

// NUMERICS.md, lanes(x, w).
INLINE float lanes(const float *x, const float *w, size_t length) {
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

INLINE void relu(float *z, uint32_t count) {
    for (uint32_t j = 0; j < count; j++) {
        z[j] = z[j] > 0.0f ? z[j] : 0.0f;
    }
}

INLINE float dense(const rank_network *network, const rank_run *run, uint32_t candidate) {
    const rank_matrix *first = &network->candidate_half;
    size_t widest = rank_widest(network);
    float *own = run->scratch;
    float *h = own + first->stride;
    float *next = h + widest;
    const float *a = run->user_half;
    if (!a) {
        chain(&network->user_half,
              network->user_embedding + (size_t)run->user_row * network->user_dimensions, own);
        a = own;
    }
    const float *c = h;
    if (run->candidate_table) {
        c = run->candidate_table + (size_t)candidate * first->stride;
    } else {
        chain(first, network->candidate_embedding + (size_t)candidate * network->candidate_dimensions, h);
    }
    for (uint32_t j = 0; j < first->outputs; j++) {
        h[j] = a[j] + c[j];
    }
    if (!network->output_weights) {
        return h[0];
    }
    relu(h, first->outputs);
    uint32_t width = first->outputs;
    for (uint32_t layer = 0; layer < network->hidden_count; layer++) {
        const rank_matrix *matrix = network->hidden + layer;
        chain(matrix, h, next);
        relu(next, matrix->outputs);
        float *swap = h;
        h = next;
        next = swap;
        width = matrix->outputs;
    }
    return lanes(h, network->output_weights, width) + network->output_bias;
}

INLINE void score(const rank_network *network, const rank_run *run) {
    const float *u = network->user_embedding + (size_t)run->user_row * network->user_dimensions;
    for (size_t index = 0; index < run->count; index++) {
        uint32_t candidate = run->candidate_rows[index];
        float y = network->dense ? dense(network, run, candidate) : 0.0f;
        if (network->dot_product) {
            const float *m = network->candidate_embedding + (size_t)candidate * network->candidate_dimensions;
            y = y + lanes(u, m, network->user_dimensions);
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
        run->scores[index] = y + 0.0f;
    }
}

INLINE void half_rows(const rank_network *network, rank_half half, uint32_t first, size_t count, float *table) {
    bool user = half == RANK_HALF_USER;
    const rank_matrix *matrix = user ? &network->user_half : &network->candidate_half;
    const float *embedding = user ? network->user_embedding : network->candidate_embedding;
    for (size_t row = 0; row < count; row++) {
        float *z = table + row * matrix->stride;
        chain(matrix, embedding + (first + row) * matrix->inputs, z);
        memset(z + matrix->outputs, 0, (matrix->stride - matrix->outputs) * sizeof(float));
    }
}

#if defined(__x86_64__)
// The same source twice: with the fused instruction where the CPU has it, with the C library's `fmaf` elsewhere.
#define WITH_FMA __attribute__((target("fma"), noinline))

WITH_FMA static void score_fma(const rank_network *network, const rank_run *run) {
    score(network, run);
}

WITH_FMA static void half_rows_fma(const rank_network *network, rank_half half, uint32_t first, size_t count,
                                   float *table) {
    half_rows(network, half, first, count, table);
}

static void score_scalar(const rank_network *network, const rank_run *run) {
    if (__builtin_cpu_supports("fma")) {
        score_fma(network, run);
    } else {
        score(network, run);
    }
}

static void half_rows_scalar(const rank_network *network, rank_half half, uint32_t first, size_t count,
                             float *table) {
    if (__builtin_cpu_supports("fma")) {
        half_rows_fma(network, half, first, count, table);
    } else {
        half_rows(network, half, first, count, table);
    }
}
#else
static void score_scalar(const rank_network *network, const rank_run *run) {
    score(network, run);
}

static void half_rows_scalar(const rank_network *network, rank_half half, uint32_t first, size_t count,
                             float *table) {
    half_rows(network, half, first, count, table);
}
#endif

const rank_kernels rank_kernels_scalar = {
    .panel = RANK_LANES,
    .score = score_scalar,
    .half_rows = half_rows_scalar,
};
