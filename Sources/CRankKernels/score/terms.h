// Dot products and the terms that follow the dense layers; part of body.h.
#pragma once

#include "../isa/vectors.h"
#include "lanes.h"
#include "score.h"

// The lanes of numerics.md's lanes(x, w), for rows that are not padded.
INLINE void sum_lanes(const float *x, const float *w, size_t length, vector *lane) {
    UNROLL for (int v = 0; v < LANE_VECTORS; v++) {
        lane[v] = (vector){0};
    }
    size_t block = 0;
    for (; block + RANK_LANES <= length; block += RANK_LANES) {
        UNROLL for (int v = 0; v < LANE_VECTORS; v++) {
            const size_t at = block + (size_t)v * WIDTH;
            lane[v] = multiply_add(load(x + at), load(w + at), lane[v]);
        }
    }
    if (block < length) {
        UNROLL for (int v = 0; v < LANE_VECTORS; v++) {
            const size_t at = block + (size_t)v * WIDTH;
            const size_t left = at < length ? length - at : 0;
            if (left < WIDTH) {
                lane[v] = multiply_add(load_part(x + at, left), load_part(w + at, left), lane[v]);
            } else {
                lane[v] = multiply_add(load(x + at), load(w + at), lane[v]);
            }
        }
    }
}

// The lanes of `sum_lanes` after `fold`.
INLINE float4 lanes(const float *x, const float *w, size_t length) {
    vector lane[LANE_VECTORS];
    sum_lanes(x, w, length, lane);
    return fold(lane);
}

#if WIDTH == 16
// numerics.md, lanes(x, w) for four w at once: each step of the tree adds two vectors of the step before.
INLINE float4 dots(const float *x, const float *const *w, size_t length) {
    vector lane[4];
    UNROLL for (int r = 0; r < 4; r++) {
        sum_lanes(x, w[r], length, lane + r);
    }
    const vector ab =
        __builtin_shufflevector(lane[0], lane[1], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
        __builtin_shufflevector(lane[0], lane[1], 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    const vector cd =
        __builtin_shufflevector(lane[2], lane[3], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
        __builtin_shufflevector(lane[2], lane[3], 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    const vector t4 = __builtin_shufflevector(ab, cd, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +
                      __builtin_shufflevector(ab, cd, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    const vector t2 = t4 + __builtin_shufflevector(t4, t4, 2, 3, 2, 3, 6, 7, 6, 7, 10, 11, 10, 11, 14, 15, 14, 15);
    const vector t1 = t2 + __builtin_shufflevector(t2, t2, 1, 1, 1, 1, 5, 5, 5, 5, 9, 9, 9, 9, 13, 13, 13, 13);
    return __builtin_shufflevector(t1, t1, 0, 4, 8, 12);
}
#else
// numerics.md, lanes(x, w) for four w at once, which share the last two steps of the tree.
INLINE float4 dots(const float *x, const float *const *w, size_t length) {
    const float4 a = lanes(x, w[0], length), b = lanes(x, w[1], length);
    const float4 ab = __builtin_shufflevector(a, b, 0, 1, 4, 5) + __builtin_shufflevector(a, b, 2, 3, 6, 7);
    const float4 c = lanes(x, w[2], length), d = lanes(x, w[3], length);
    const float4 cd = __builtin_shufflevector(c, d, 0, 1, 4, 5) + __builtin_shufflevector(c, d, 2, 3, 6, 7);
    return __builtin_shufflevector(ab, cd, 0, 2, 4, 6) + __builtin_shufflevector(ab, cd, 1, 3, 5, 7);
}
#endif

// Candidates between a prefetched embedding or bias and the one in use.
#define TERMS_AHEAD 24

// Prefetches an embedding.
INLINE void prefetch_row(const float *row, size_t dimensions) {
    // The processor prefetches the rest of a long row by itself.
    for (size_t d = 0; d < dimensions && d < 64; d += 16) {
        __builtin_prefetch(row + d);
    }
}

// Adds the terms of four candidates to `sum`.
INLINE float4 add_four(const rank_network *network, const float *u, uint32_t user_row, const uint32_t *rows, float4 sum,
                     size_t dimensions) {
    if (network->dot_product) {
        const float *m[4];
        UNROLL for (int r = 0; r < 4; r++) {
            m[r] = network->candidate_embedding + rows[r] * dimensions;
        }
        sum = sum + dots(u, m, dimensions);
    }
    if (network->user_bias) {
        sum = sum + network->user_bias[user_row];
    }
    if (network->candidate_bias) {
        const float *bias = network->candidate_bias;
        sum = sum + (float4){bias[rows[0]], bias[rows[1]], bias[rows[2]], bias[rows[3]]};
    }
    if (network->has_mean) {
        sum = sum + network->mean;
    }
    return sum + 0.0f;
}

// `add_terms` for embeddings of `dimensions`, which may be a constant.
INLINE void add_terms_of(const rank_network *own, const rank_run *run, size_t at, size_t count, const float *y,
                         size_t dimensions) {
    // A copy: the compiler then knows that no store of a score changes it.
    const rank_network network = *own;
    const uint32_t user_row = run->user_row;
    const float *u = network.user_embedding + (size_t)user_row * network.user_dimensions;
    const uint32_t *rows = run->candidate_rows + at;
    float *scores = run->scores + at;
    size_t done = 0;
    for (; done + 4 <= count; done += 4) {
        if (done + TERMS_AHEAD + 4 <= count) {
            const uint32_t *later = rows + done + TERMS_AHEAD;
            UNROLL for (int r = 0; r < 4; r++) {
                if (network.dot_product) {
                    prefetch_row(network.candidate_embedding + later[r] * dimensions, dimensions);
                }
                if (network.candidate_bias) {
                    __builtin_prefetch(network.candidate_bias + later[r]);
                }
            }
        }
        const float4 sum = y ? *(const unaligned_float4 *)(y + done) : (unaligned_float4){0};
        *(unaligned_float4 *)(scores + done) = add_four(&network, u, user_row, rows + done, sum, dimensions);
    }
    const size_t left = count - done;
    if (left > 0) {
        // Missing candidates are replaced by the last one.
        uint32_t last[4];
        UNROLL for (size_t r = 0; r < 4; r++) {
            last[r] = rows[done + (r < left ? r : left - 1)];
        }
        float4 sum = {0};
        if (y) {
            memcpy(&sum, y + done, left * sizeof(float));
        }
        sum = add_four(&network, u, user_row, last, sum, dimensions);
        memcpy(scores + done, &sum, left * sizeof(float));
    }
}

// Adds the terms that follow the dense layers for `count` candidates from `at` on, four at a time: from `y`, or +0
// where `y` is NULL, to their scores, which `y` may point to.
TARGET __attribute__((noinline)) static void add_terms(const rank_network *network, const rank_run *run, size_t at,
                                                            size_t count, const float *y) {
    if (network->candidate_dimensions == 32) {
        add_terms_of(network, run, at, count, y, 32);
    } else {
        add_terms_of(network, run, at, count, y, network->candidate_dimensions);
    }
}
