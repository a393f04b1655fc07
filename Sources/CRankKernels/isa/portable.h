// 128-bit vectors without fused multiply-add, which every CPU has.
//
// The sums of a tile of 4 × 8 take 8 of the 16 registers of SSE2. A broadcast takes two instructions of SSE2; a load of
// a float that was broadcast to memory before takes one.
#pragma once

#define WIDTH 4
#define VECTORS 2
#define ROWS 4
#define TARGET
// Layers with at most this many inputs broadcast them to memory before their panels.
#define SPREAD_INPUTS 256
#include "vectors.h"

#include <math.h>

INLINE vector multiply_add(vector x, vector w, vector z) {
    return x * w + z;
}

INLINE vector square_root(vector x) {
    return (vector){sqrtf(x[0]), sqrtf(x[1]), sqrtf(x[2]), sqrtf(x[3])};
}

INLINE vector load_part(const float *from, size_t count) {
    return load_lanes(from, count);
}

INLINE uint32_t live(vector x) {
    uint32_t bits = 0;
    UNROLL for (int lane = 0; lane < WIDTH; lane++) {
        bits |= (uint32_t)(x[lane] != 0) << lane;
    }
    return bits;
}
