// Dot products and the terms that follow the dense layers; part of vector_body.h, whose vectors these are.
// NUMERICS.md, the first two steps of the fixed tree of `lanes`: from 16 lanes to 4.
INLINE quad fold(const vector *lane) {
#if RANK_WIDTH == 4
    return (lane[0] + lane[2]) + (lane[1] + lane[3]);
#else
#if RANK_WIDTH == 8
    const vector t8 = lane[0] + lane[1];
#else
    typedef float octet __attribute__((vector_size(32)));
    const octet t8 = __builtin_shufflevector(lane[0], lane[0], 0, 1, 2, 3, 4, 5, 6, 7) +
                     __builtin_shufflevector(lane[0], lane[0], 8, 9, 10, 11, 12, 13, 14, 15);
#endif
    return __builtin_shufflevector(t8, t8, 0, 1, 2, 3) + __builtin_shufflevector(t8, t8, 4, 5, 6, 7);
#endif
}

// Its last two steps.
INLINE float sum_of(quad t4) {
    return (t4[0] + t4[2]) + (t4[1] + t4[3]);
}

// The same for four at once.
INLINE quad sums_of(quad a, quad b, quad c, quad d) {
    const quad ab = __builtin_shufflevector(a, b, 0, 1, 4, 5) + __builtin_shufflevector(a, b, 2, 3, 6, 7);
    const quad cd = __builtin_shufflevector(c, d, 0, 1, 4, 5) + __builtin_shufflevector(c, d, 2, 3, 6, 7);
    return __builtin_shufflevector(ab, cd, 0, 2, 4, 6) + __builtin_shufflevector(ab, cd, 1, 3, 5, 7);
}

// NUMERICS.md, lanes(x, w) for rows that are not padded, as far as `fold`.
INLINE quad lanes(const float *x, const float *w, size_t length) {
    enum { count = RANK_LANES / RANK_WIDTH };
    vector lane[count] = {{0}};
    size_t block = 0;
    for (; block + RANK_LANES <= length; block += RANK_LANES) {
        UNROLL for (int v = 0; v < count; v++) {
            const size_t at = block + (size_t)v * RANK_WIDTH;
            lane[v] = RANK_MULTIPLY_ADD(LOAD(x + at), LOAD(w + at), lane[v]);
        }
    }
    if (block < length) {
        float left[RANK_LANES] = {0};
        float right[RANK_LANES] = {0};
        memcpy(left, x + block, (length - block) * sizeof(float));
        memcpy(right, w + block, (length - block) * sizeof(float));
        UNROLL for (int v = 0; v < count; v++) {
            lane[v] = RANK_MULTIPLY_ADD(LOAD(left + v * RANK_WIDTH), LOAD(right + v * RANK_WIDTH), lane[v]);
        }
    }
    return fold(lane);
}

// How many candidates ahead of their dot products and biases these are fetched.
#define TERMS_AHEAD 24

// Fetches the embedding of a candidate before its turn.
INLINE void prefetch_embedding(const rank_network *network, uint32_t candidate) {
    const size_t bytes = network->candidate_dimensions * sizeof(float);
    const char *row = (const char *)network->candidate_embedding + candidate * bytes;
    // The rest of a long row is in the order in which the processor fetches by itself.
    for (size_t byte = 0; byte < bytes && byte < 256; byte += 64) {
        __builtin_prefetch(row + byte);
    }
}

// The terms that follow the dense layers, for `count` candidates from `at` on, four at a time: from `y`, or +0 where it
// is NULL, to their scores, which may be in its place.
INLINE void add_terms(const rank_network *network, const rank_run *run, size_t at, size_t count, const float *y) {
    const float *u = network->user_embedding + (size_t)run->user_row * network->user_dimensions;
    const size_t dimensions = network->candidate_dimensions;
    const uint32_t *candidates = run->candidate_rows + at;
    float *scores = run->scores + at;
    const float user_bias = network->user_bias ? network->user_bias[run->user_row] : 0.0f;
    for (size_t done = 0; done < count; done += 4) {
        // Of fewer than four the last one stands in for those that are missing.
        const size_t here = count - done < 4 ? count - done : 4;
        if (done + TERMS_AHEAD + 4 <= count) {
            UNROLL for (size_t r = 0; r < 4; r++) {
                const uint32_t later = candidates[done + TERMS_AHEAD + r];
                if (network->dot_product) {
                    prefetch_embedding(network, later);
                }
                if (network->candidate_bias) {
                    __builtin_prefetch(network->candidate_bias + later);
                }
            }
        }
        uint32_t row[4];
        UNROLL for (size_t r = 0; r < 4; r++) {
            row[r] = candidates[done + (r < here ? r : here - 1)];
        }
        quad sum = {0};
        if (y && here == 4) {
            sum = *(const loose_quad *)(y + done);
        } else if (y) {
            memcpy(&sum, y + done, here * sizeof(float));
        }
        if (network->dot_product) {
            quad t4[4];
            UNROLL for (size_t r = 0; r < 4; r++) {
                t4[r] = lanes(u, network->candidate_embedding + row[r] * dimensions, dimensions);
            }
            sum = sum + sums_of(t4[0], t4[1], t4[2], t4[3]);
        }
        if (network->user_bias) {
            sum = sum + user_bias;
        }
        if (network->candidate_bias) {
            const float *bias = network->candidate_bias;
            sum = sum + (quad){bias[row[0]], bias[row[1]], bias[row[2]], bias[row[3]]};
        }
        if (network->has_mean) {
            sum = sum + network->mean;
        }
        sum = sum + 0.0f;
        if (here == 4) {
            *(loose_quad *)(scores + done) = sum;
        } else {
            memcpy(scores + done, &sum, here * sizeof(float));
        }
    }
}
