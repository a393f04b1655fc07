// x86-64, 512-bit vectors. A tile takes 29 of the 32 registers: 24 sums, 4 vectors of weights, a broadcast float.
//
// A file whose kernels use further CPU features defines AVX512_ALSO, a list that starts with a comma, before it
// includes this one.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#ifndef AVX512_ALSO
#define AVX512_ALSO ""
#endif

#define WIDTH 16
#define VECTORS 4
#define ROWS 6
#define TARGET __attribute__((target("avx2,fma,avx512f,avx512vl,avx512bw,avx512dq" AVX512_ALSO)))
#include "vectors.h"

INLINE vector multiply_add(vector x, vector w, vector z) {
    return _mm512_fmadd_ps(x, w, z);
}

INLINE vector square_root(vector x) {
    return _mm512_sqrt_ps(x);
}

INLINE vector load_part(const float *from, size_t count) {
    return _mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
}

// A bit for each lane that is not zero. NaN is not zero.
INLINE uint32_t live(vector x) {
    return _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NEQ_UQ);
}

// docs/reference/numerics.md, the fixed tree of `lanes`.
INLINE float tree(__m512 lane) {
    __m256 t8 = _mm256_add_ps(_mm512_castps512_ps256(lane), _mm512_extractf32x8_ps(lane, 1));
    __m128 t4 = _mm_add_ps(_mm256_castps256_ps128(t8), _mm256_extractf128_ps(t8, 1));
    __m128 t2 = _mm_add_ps(t4, _mm_movehl_ps(t4, t4));
    return t2[0] + t2[1];
}
#endif
