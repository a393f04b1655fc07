// The scalar kernels: each score as oracle.h computes it, one operation at a time.
#include "oracle.h"

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

INLINE float dense(const rank_network *network, const rank_run *run, uint32_t candidate) {
    const rank_matrix *first = &network->candidate_half;
    size_t widest = rank_widest(network);
    float *own = run->scratch;
    float *h = own + first->stride;
    float *next = h + widest;
    const float *a = run->user_half;
    if (!a) {
        rank_chain(&network->user_half,
              network->user_embedding + (size_t)run->user_row * network->user_dimensions, own);
        a = own;
    }
    const float *c = h;
    if (run->candidate_table) {
        c = run->candidate_table + (size_t)candidate * first->stride;
    } else {
        rank_chain(first, network->candidate_embedding + (size_t)candidate * network->candidate_dimensions, h);
    }
    for (uint32_t j = 0; j < first->outputs; j++) {
        h[j] = a[j] + c[j];
    }
    if (!network->output_weights) {
        return h[0];
    }
    rank_activate_units(network, 0, h, first->outputs);
    return rank_deeper(network, 0, h, first->outputs, next, h);
}

INLINE void score(const rank_network *network, const rank_run *run) {
    for (size_t index = 0; index < run->count; index++) {
        float y = network->dense ? dense(network, run, run->candidate_rows[index]) : 0.0f;
        run->scores[index] = rank_terms(network, run, index, y);
    }
}

INLINE void half_rows(const rank_network *network, rank_half half, uint32_t first, size_t count, float *table) {
    bool user = half == RANK_HALF_USER;
    const rank_matrix *matrix = user ? &network->user_half : &network->candidate_half;
    const float *embedding = user ? network->user_embedding : network->candidate_embedding;
    for (size_t row = 0; row < count; row++) {
        float *z = table + row * matrix->stride;
        rank_chain(matrix, embedding + (first + row) * matrix->inputs, z);
        memset(z + matrix->outputs, 0, (matrix->stride - matrix->outputs) * sizeof(float));
    }
}

INLINE void activate(rank_activation activation, float *values, size_t count) {
    for (size_t index = 0; index < count; index++) {
        values[index] = rank_activated(activation, values[index]);
    }
}

#if defined(__x86_64__)
// The source compiled twice: with the fused instruction where the CPU has it, with the C library's `fmaf` elsewhere.
#define WITH_FMA __attribute__((target("fma"), noinline))

WITH_FMA static void score_fma(const rank_network *network, const rank_run *run) {
    score(network, run);
}

WITH_FMA static void half_rows_fma(const rank_network *network, rank_half half, uint32_t first, size_t count,
                                   float *table) {
    half_rows(network, half, first, count, table);
}

WITH_FMA static void activate_fma(rank_activation activation, float *values, size_t count) {
    activate(activation, values, count);
}

static void activate_scalar(rank_activation activation, float *values, size_t count) {
    if (__builtin_cpu_supports("fma")) {
        activate_fma(activation, values, count);
    } else {
        activate(activation, values, count);
    }
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
static void activate_scalar(rank_activation activation, float *values, size_t count) {
    activate(activation, values, count);
}

static void score_scalar(const rank_network *network, const rank_run *run) {
    score(network, run);
}

static void half_rows_scalar(const rank_network *network, rank_half half, uint32_t first, size_t count,
                             float *table) {
    half_rows(network, half, first, count, table);
}
#endif

const rank_score_kernels rank_score_scalar = {
    .panel = RANK_LANES,
    .score = score_scalar,
    .half_rows = half_rows_scalar,
    .activate = activate_scalar,
};
