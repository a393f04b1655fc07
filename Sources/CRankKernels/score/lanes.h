// The tree of `lanes`: docs/reference/numerics.md.
#pragma once

#include "../isa/vectors.h"
#include "score.h"

// Vectors that hold the 16 lanes of a sum.
#define LANE_VECTORS (RANK_LANES / WIDTH)

// numerics.md, the first two steps of the tree of `lanes`: from 16 lanes to 4.
INLINE float4 fold(const vector *lane) {
#if WIDTH == 4
    return (lane[0] + lane[2]) + (lane[1] + lane[3]);
#else
#if WIDTH == 8
    const vector t8 = lane[0] + lane[1];
#else
    typedef float octet __attribute__((vector_size(32)));
    const octet t8 = __builtin_shufflevector(lane[0], lane[0], 0, 1, 2, 3, 4, 5, 6, 7) +
                     __builtin_shufflevector(lane[0], lane[0], 8, 9, 10, 11, 12, 13, 14, 15);
#endif
    return __builtin_shufflevector(t8, t8, 0, 1, 2, 3) + __builtin_shufflevector(t8, t8, 4, 5, 6, 7);
#endif
}

// numerics.md, the last two steps of the tree of `lanes`.
INLINE float sum_of(float4 t4) {
    return (t4[0] + t4[2]) + (t4[1] + t4[3]);
}
