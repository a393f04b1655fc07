// The vocabulary of the kernels, for the instruction set whose header was included before; for portable.h by default.
//
// The header of an instruction set defines
//   WIDTH    floats in a vector
//   VECTORS  vectors across a tile of sums
//   ROWS     rows in a tile of sums, at most RANK_TILE_ROWS
//   TARGET   the attribute that allows the instructions (may be empty)
// includes this file, and then defines the operations that need intrinsics:
//   multiply_add(x, w, z)    x · w + z, rounded as the profile of the instruction set has it
//   square_root(x)           the square roots, rounded correctly
//   subtract_bytes(a, b)     max(a − b, 0) of bytes; not where certified/tile.h is left out
//   live(x)                  a bit for each lane that is not zero; not where gemm/zeros.h is left out
//   load_part(from, count)   the first `count` floats of a vector, fewer than WIDTH, and +0 in the other lanes
#ifndef WIDTH
#include "portable.h"
#elif !defined(RANK_VECTORS_H)
#define RANK_VECTORS_H

#include "unroll.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// A fused product would be rounded once, a product and a sum twice.
#pragma STDC FP_CONTRACT OFF

#define INLINE TARGET static inline __attribute__((always_inline))

// Floats across a tile.
#define PANEL (WIDTH * VECTORS)

typedef float vector __attribute__((vector_size(WIDTH * 4)));
typedef float unaligned_vector __attribute__((vector_size(WIDTH * 4), aligned(4), may_alias));
typedef int32_t mask __attribute__((vector_size(WIDTH * 4)));
typedef float float4 __attribute__((vector_size(16)));
typedef float unaligned_float4 __attribute__((vector_size(16), aligned(4), may_alias));

// The vector at `from`, which has the alignment of a float.
INLINE vector load(const float *from) {
    return *(const unaligned_vector *)from;
}

INLINE void store(float *to, vector value) {
    *(unaligned_vector *)to = value;
}

INLINE vector splat(float value) {
    vector all;
    UNROLL for (int lane = 0; lane < WIDTH; lane++) {
        all[lane] = value;
    }
    return all;
}

// `load_part` where no instruction loads a part of a vector. Reads nothing past the floats.
INLINE vector load_lanes(const float *from, size_t count) {
    // Lanes are constants: the vector stays in a register.
    vector part = {0};
    UNROLL for (size_t lane = 0; lane + 1 < WIDTH; lane++) {
        if (lane < count) {
            part[lane] = from[lane];
        }
    }
    return part;
}
#endif
