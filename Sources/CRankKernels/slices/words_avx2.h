// Words of 256 rows.
#pragma once

#if defined(__x86_64__)
#include "../isa/avx2.h"

#define WORD_BYTES 32
typedef uint64_t word __attribute__((vector_size(WORD_BYTES)));

INLINE word mux(word chooser, word right, word left) {
    return left ^ (chooser & (left ^ right));
}

INLINE word or_and(word x, word y, word z) {
    return x | (y & z);
}

#define INTERLEAVE(bits)                                                                                               \
    INLINE word interleave_low_##bits(word a, word b) {                                                                \
        return (word)_mm256_unpacklo_epi##bits((__m256i)a, (__m256i)b);                                                \
    }                                                                                                                  \
    INLINE word interleave_high_##bits(word a, word b) {                                                               \
        return (word)_mm256_unpackhi_epi##bits((__m256i)a, (__m256i)b);                                                \
    }
INTERLEAVE(8)
INTERLEAVE(16)
INTERLEAVE(32)
INTERLEAVE(64)
#undef INTERLEAVE

INLINE word pair_bytes(word x) {
    const __m128i order = _mm_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    return (word)_mm256_shuffle_epi8((__m256i)x, _mm256_broadcastsi128_si256(order));
}

#include "transpose.h"
#endif
