// x86-64, 256-bit vectors. A tile takes 15 of the 16 registers: 12 sums, 2 vectors of weights, a broadcast float.
//
// A file whose kernels use further CPU features defines AVX2_ALSO, a list that starts with a comma, before it includes
// this one.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#ifndef AVX2_ALSO
#define AVX2_ALSO ""
#endif

#define WIDTH 8
#define VECTORS 2
#define ROWS 6
#define TARGET __attribute__((target("avx2,fma" AVX2_ALSO)))
#include "vectors.h"

INLINE vector multiply_add(vector x, vector w, vector z) {
    return _mm256_fmadd_ps(x, w, z);
}

INLINE vector square_root(vector x) {
    return _mm256_sqrt_ps(x);
}

INLINE mask subtract_bytes(mask a, mask b) {
    return (mask)_mm256_subs_epu8((__m256i)a, (__m256i)b);
}

INLINE vector load_part(const float *from, size_t count) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_maskload_ps(from, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lanes));
}

// A bit for each lane that is not zero. NaN is not zero.
INLINE uint32_t live(vector x) {
    return (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_NEQ_UQ));
}
#endif
