// arm64, 128-bit vectors. A tile takes 29 of the 32 registers: 24 sums, 4 vectors of weights, a broadcast float.
//
// A file whose kernels use further CPU features defines TARGET before it includes this one.
#pragma once

#if defined(__aarch64__)
#include <arm_neon.h>

#define WIDTH 4
#define VECTORS 4
#define ROWS 6
#ifndef TARGET
#define TARGET
#endif
#include "vectors.h"

INLINE vector multiply_add(vector x, vector w, vector z) {
    return vfmaq_f32(z, x, w);
}

INLINE vector square_root(vector x) {
    return vsqrtq_f32(x);
}

INLINE mask subtract_bytes(mask a, mask b) {
    return (mask)vqsubq_u8((uint8x16_t)a, (uint8x16_t)b);
}

INLINE vector load_part(const float *from, size_t count) {
    return load_lanes(from, count);
}
#endif
