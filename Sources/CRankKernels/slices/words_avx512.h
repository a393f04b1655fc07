// Words of 512 rows. With SLICES_GFNI defined, bits are transposed by one instruction instead of 18.
#pragma once

#if defined(__x86_64__)
#include "../isa/avx512.h"

#define WORD_BYTES 64
typedef uint64_t word __attribute__((vector_size(WORD_BYTES)));

INLINE word mux(word chooser, word right, word left) {
    return (word)_mm512_ternarylogic_epi64((__m512i)chooser, (__m512i)right, (__m512i)left, 0xca);
}

INLINE word or_and(word x, word y, word z) {
    return (word)_mm512_ternarylogic_epi64((__m512i)x, (__m512i)y, (__m512i)z, 0xf8);
}

#define INTERLEAVE(bits)                                                                                               \
    INLINE word interleave_low_##bits(word a, word b) {                                                                \
        return (word)_mm512_unpacklo_epi##bits((__m512i)a, (__m512i)b);                                                \
    }                                                                                                                  \
    INLINE word interleave_high_##bits(word a, word b) {                                                               \
        return (word)_mm512_unpackhi_epi##bits((__m512i)a, (__m512i)b);                                                \
    }
INTERLEAVE(8)
INTERLEAVE(16)
INTERLEAVE(32)
INTERLEAVE(64)
#undef INTERLEAVE

INLINE word pair_bytes(word x) {
    const __m128i order = _mm_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    return (word)_mm512_shuffle_epi8((__m512i)x, _mm512_broadcast_i32x4(order));
}

#ifdef SLICES_GFNI
#define PLANE_FLIP 7

INLINE word reverse_bytes(word x) {
    const __m128i order = _mm_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
    return (word)_mm512_shuffle_epi8((__m512i)x, _mm512_broadcast_i32x4(order));
}

INLINE word transpose_bits(word x) {
    const __m512i powers = _mm512_set1_epi64((long long)0x8040201008040201u);
    return (word)_mm512_gf2p8affine_epi64_epi8(powers, (__m512i)x, 0);
}
#else
#include "transpose.h"
#endif
#endif
