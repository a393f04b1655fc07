// Sums of leaves, 64 rows at a time. A leaf's bytes are looked up as words, or double words where a tree has at most 32
// leaves and doubles, in tables of two registers: a permutation reads only the low bits of a number, so that the bytes
// beside it need not be cleared.
#pragma once

#include "words_avx512.h"

#if defined(__x86_64__)
#include "../trees/trees.h"

// The row of lane `index` of a vector of sums, within 16 rows.
#define ROW_OF_SUM(of_lane, vector, index) (2 * (of_lane) * ((vector) / 2) + 2 * (index) + (vector) % 2)

static uint32_t leaf_unit(uint32_t entries, uint32_t bytes) {
    return entries <= 32 && bytes == 8 ? 4 : 2;
}

static uint32_t fewest_leaf_entries(uint32_t unit) {
    return 128 / unit;
}

// The 16-bit entries of a plane for the numbers in the low bytes of words.
INLINE __m512i words_of(const uint8_t *plane, __m512i numbers, uint32_t entries) {
    const __m512i *table = (const __m512i *)plane;
    __m512i found = _mm512_permutex2var_epi16(table[0], numbers, table[1]);
    if (entries > 64) {
        const __mmask32 second = _mm512_test_epi16_mask(numbers, _mm512_set1_epi16(64));
        const __m512i other = _mm512_permutex2var_epi16(table[2], numbers, table[3]);
        found = _mm512_mask_blend_epi16(second, found, other);
        if (entries > 128) {
            const __mmask32 upper = _mm512_test_epi16_mask(numbers, _mm512_set1_epi16(128));
            const __m512i third = _mm512_permutex2var_epi16(table[4], numbers, table[5]);
            const __m512i fourth = _mm512_permutex2var_epi16(table[6], numbers, table[7]);
            found = _mm512_mask_blend_epi16(upper, found, _mm512_mask_blend_epi16(second, third, fourth));
        }
    }
    return found;
}

INLINE __m512 float_of(__m512i bits) {
    return _mm512_castsi512_ps(bits);
}

INLINE __m512d double_of(__m512i bits) {
    return _mm512_castsi512_pd(bits);
}

INLINE void add_float_tree(const rank_leaves *leaves, const uint8_t *planes, __m512i numbers, __m512 *sum,
                           const uint32_t entries) {
    (void)leaves;
    UNROLL for (int odd = 0; odd < 2; odd++) {
        const __m512i number = odd ? _mm512_srli_epi16(numbers, 8) : numbers;
        const __m512i low = words_of(planes, number, entries);
        const __m512i high = words_of(planes + 2 * entries, number, entries);
        sum[odd] = _mm512_add_ps(sum[odd], float_of(_mm512_unpacklo_epi16(low, high)));
        sum[2 + odd] = _mm512_add_ps(sum[2 + odd], float_of(_mm512_unpackhi_epi16(low, high)));
    }
}

INLINE void add_double_tree(const uint8_t *planes, __m512i numbers, __m512d *sum, const uint32_t entries) {
    UNROLL for (int odd = 0; odd < 2; odd++) {
        const __m512i number = odd ? _mm512_srli_epi16(numbers, 8) : numbers;
        __m512i part[4];
        UNROLL for (int plane = 0; plane < 4; plane++) {
            part[plane] = words_of(planes + plane * 2 * entries, number, entries);
        }
        UNROLL for (int high = 0; high < 2; high++) {
            const __m512i low_bits =
                high ? _mm512_unpackhi_epi16(part[0], part[1]) : _mm512_unpacklo_epi16(part[0], part[1]);
            const __m512i high_bits =
                high ? _mm512_unpackhi_epi16(part[2], part[3]) : _mm512_unpacklo_epi16(part[2], part[3]);
            __m512d *to = sum + 4 * high + odd;
            to[0] = _mm512_add_pd(to[0], double_of(_mm512_unpacklo_epi32(low_bits, high_bits)));
            to[2] = _mm512_add_pd(to[2], double_of(_mm512_unpackhi_epi32(low_bits, high_bits)));
        }
    }
}

// `add_double_tree` for at most 32 leaves.
INLINE void add_small_double_tree(const uint8_t *planes, __m512i numbers, __m512d *sum) {
    // Byte 8 h + 4 j + k of a lane becomes byte 4 k + 2 j + h: the sums have the order of the others.
    const __m128i order = _mm_setr_epi8(0, 4, 8, 12, 2, 6, 10, 14, 1, 5, 9, 13, 3, 7, 11, 15);
    const __m512i *table = (const __m512i *)planes;
    numbers = _mm512_shuffle_epi8(numbers, _mm512_broadcast_i32x4(order));
    UNROLL for (int k = 0; k < 4; k++) {
        const __m512i low = _mm512_permutex2var_epi32(table[0], numbers, table[1]);
        const __m512i high = _mm512_permutex2var_epi32(table[2], numbers, table[3]);
        sum[2 * k] = _mm512_add_pd(sum[2 * k], double_of(_mm512_unpacklo_epi32(low, high)));
        sum[2 * k + 1] = _mm512_add_pd(sum[2 * k + 1], double_of(_mm512_unpackhi_epi32(low, high)));
        numbers = _mm512_srli_epi32(numbers, 8);
    }
}

// Adds the leaves of `count` trees from `tree` on for 64 rows; `numbers` of a tree are 512 bytes apart.
TARGET static void add_floats(const rank_trees *trees, uint32_t tree, uint32_t count, const uint8_t *numbers,
                              float *sums) {
    __m512 sum[4];
    UNROLL for (int vector = 0; vector < 4; vector++) {
        sum[vector] = _mm512_load_ps(sums + 16 * vector);
    }
    for (const rank_leaves *leaves = trees->leaves + tree, *end = leaves + count; leaves < end; leaves++) {
        const __m512i number = _mm512_load_si512(numbers);
        const uint8_t *planes = trees->planes + leaves->planes;
        if (leaves->entries == 64) {
            add_float_tree(leaves, planes, number, sum, 64);
        } else if (leaves->entries == 128) {
            add_float_tree(leaves, planes, number, sum, 128);
        } else {
            add_float_tree(leaves, planes, number, sum, 256);
        }
        numbers += 8 * WORD_BYTES;
    }
    UNROLL for (int vector = 0; vector < 4; vector++) {
        _mm512_store_ps(sums + 16 * vector, sum[vector]);
    }
}

TARGET static void add_doubles(const rank_trees *trees, uint32_t tree, uint32_t count, const uint8_t *numbers,
                               double *sums) {
    __m512d sum[8];
    UNROLL for (int vector = 0; vector < 8; vector++) {
        sum[vector] = _mm512_load_pd(sums + 8 * vector);
    }
    for (const rank_leaves *leaves = trees->leaves + tree, *end = leaves + count; leaves < end; leaves++) {
        const __m512i number = _mm512_load_si512(numbers);
        const uint8_t *planes = trees->planes + leaves->planes;
        if (leaves->entries == 32) {
            add_small_double_tree(planes, number, sum);
        } else if (leaves->entries == 64) {
            add_double_tree(planes, number, sum, 64);
        } else if (leaves->entries == 128) {
            add_double_tree(planes, number, sum, 128);
        } else {
            add_double_tree(planes, number, sum, 256);
        }
        numbers += 8 * WORD_BYTES;
    }
    UNROLL for (int vector = 0; vector < 8; vector++) {
        _mm512_store_pd(sums + 8 * vector, sum[vector]);
    }
}
#endif
