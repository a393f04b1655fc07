// Words of 128 rows, for every instruction set with vectors: the compiler finds the instructions.
#pragma once

#ifndef WIDTH
#include "../isa/portable.h"
#endif

#define WORD_BYTES 16
typedef uint64_t word __attribute__((vector_size(WORD_BYTES)));
typedef uint8_t bytes __attribute__((vector_size(WORD_BYTES)));
typedef uint16_t pairs __attribute__((vector_size(WORD_BYTES)));
typedef uint32_t quads __attribute__((vector_size(WORD_BYTES)));

INLINE word mux(word chooser, word right, word left) {
    return left ^ (chooser & (left ^ right));
}

INLINE word or_and(word x, word y, word z) {
    return x | (y & z);
}

INLINE word interleave_low_8(word a, word b) {
    return (word)__builtin_shufflevector((bytes)a, (bytes)b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

INLINE word interleave_high_8(word a, word b) {
    return (word)__builtin_shufflevector((bytes)a, (bytes)b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
                                         31);
}

INLINE word interleave_low_16(word a, word b) {
    return (word)__builtin_shufflevector((pairs)a, (pairs)b, 0, 8, 1, 9, 2, 10, 3, 11);
}

INLINE word interleave_high_16(word a, word b) {
    return (word)__builtin_shufflevector((pairs)a, (pairs)b, 4, 12, 5, 13, 6, 14, 7, 15);
}

INLINE word interleave_low_32(word a, word b) {
    return (word)__builtin_shufflevector((quads)a, (quads)b, 0, 4, 1, 5);
}

INLINE word interleave_high_32(word a, word b) {
    return (word)__builtin_shufflevector((quads)a, (quads)b, 2, 6, 3, 7);
}

INLINE word interleave_low_64(word a, word b) {
    return __builtin_shufflevector(a, b, 0, 2);
}

INLINE word interleave_high_64(word a, word b) {
    return __builtin_shufflevector(a, b, 1, 3);
}

INLINE word pair_bytes(word x) {
    return interleave_low_8(x, interleave_high_64(x, x));
}

#include "transpose.h"
