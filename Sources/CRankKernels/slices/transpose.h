// 8 × 8 bits in each 64 bits of a word, transposed by three exchanges (Hacker's Delight, 7-3).
#ifndef WORD_BYTES
#include "words_128.h"
#elif !defined(PLANE_FLIP)
#define PLANE_FLIP 0

INLINE word exchange(word x, uint64_t mask, int shift) {
    const word moved = (x ^ x >> shift) & mask;
    return x ^ moved ^ moved << shift;
}

INLINE word transpose_bits(word x) {
    x = exchange(x, 0x00aa00aa00aa00aau, 7);
    x = exchange(x, 0x0000cccc0000ccccu, 14);
    return exchange(x, 0x00000000f0f0f0f0u, 28);
}

INLINE word reverse_bytes(word x) {
    return x;
}
#endif
