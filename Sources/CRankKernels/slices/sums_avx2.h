// Sums of leaves, 32 rows at a time. Up to 64 leaves of a tree are looked up byte by byte in tables of 16; those of
// larger trees are gathered.
#pragma once

#include "words_avx2.h"

#if defined(__x86_64__)
#include "../trees/trees.h"

// The row of lane `index` of a vector of sums, within 16 rows.
#define ROW_OF_SUM(of_lane, vector, index) ((of_lane) * (vector) + (index))

static uint32_t leaf_unit(uint32_t entries, uint32_t bytes) {
    return entries <= 64 ? 1 : bytes;
}

static uint32_t fewest_leaf_entries(uint32_t unit) {
    return unit == 1 ? 16 : 1;
}

// The numbers as indices into each table of 16: one whose entry is elsewhere has its highest bit set, which the lookup
// turns into 0.
INLINE void split_numbers(__m256i numbers, __m256i *indices, const int tables) {
    UNROLL for (int table = 0; table < tables; table++) {
        // 0 to 15 become 112 to 127 for the table's own numbers; others become 128 and more.
        const __m256i own = _mm256_xor_si256(numbers, _mm256_set1_epi8((char)(16 * table)));
        indices[table] = _mm256_adds_epu8(own, _mm256_set1_epi8(112));
    }
}

// A byte of the leaves.
INLINE __m256i bytes_of(const uint8_t *plane, const __m256i *indices, const int tables) {
    __m256i found = _mm256_setzero_si256();
    UNROLL for (int table = 0; table < tables; table++) {
        const __m128i entries = _mm_load_si128((const __m128i *)plane + table);
        const __m256i own = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), indices[table]);
        found = table ? _mm256_or_si256(found, own) : own;
    }
    return found;
}

// Four planes of 32 bytes to four vectors of double words: vector n has rows 4 n to 4 n + 3 of each lane.
INLINE void join_bytes(const __m256i *plane, __m256i *to) {
    const __m256i low_01 = _mm256_unpacklo_epi8(plane[0], plane[1]);
    const __m256i low_23 = _mm256_unpacklo_epi8(plane[2], plane[3]);
    const __m256i high_01 = _mm256_unpackhi_epi8(plane[0], plane[1]);
    const __m256i high_23 = _mm256_unpackhi_epi8(plane[2], plane[3]);
    to[0] = _mm256_unpacklo_epi16(low_01, low_23);
    to[1] = _mm256_unpackhi_epi16(low_01, low_23);
    to[2] = _mm256_unpacklo_epi16(high_01, high_23);
    to[3] = _mm256_unpackhi_epi16(high_01, high_23);
}

INLINE void lookup(const uint8_t *planes, const __m256i *indices, __m256i *to, const int tables) {
    __m256i plane[4];
    UNROLL for (int byte = 0; byte < 4; byte++) {
        plane[byte] = bytes_of(planes + 16 * tables * byte, indices, tables);
    }
    join_bytes(plane, to);
}

INLINE void add_float_tree(const uint8_t *planes, __m256i numbers, __m256 *sum, const int tables) {
    __m256i indices[4];
    __m256i found[4];
    split_numbers(numbers, indices, tables);
    lookup(planes, indices, found, tables);
    UNROLL for (int vector = 0; vector < 4; vector++) {
        sum[vector] = _mm256_add_ps(sum[vector], _mm256_castsi256_ps(found[vector]));
    }
}

INLINE void add_double_tree(const uint8_t *planes, __m256i numbers, __m256d *sum, const int tables) {
    __m256i indices[4];
    __m256i low[4];
    __m256i high[4];
    split_numbers(numbers, indices, tables);
    lookup(planes, indices, low, tables);
    lookup(planes + 16 * tables * 4, indices, high, tables);
    UNROLL for (int vector = 0; vector < 4; vector++) {
        const __m256i first = _mm256_unpacklo_epi32(low[vector], high[vector]);
        const __m256i second = _mm256_unpackhi_epi32(low[vector], high[vector]);
        sum[2 * vector] = _mm256_add_pd(sum[2 * vector], _mm256_castsi256_pd(first));
        sum[2 * vector + 1] = _mm256_add_pd(sum[2 * vector + 1], _mm256_castsi256_pd(second));
    }
}

// The numbers of a vector of sums as double words, or as 64-bit words, in the lanes of the sums.
INLINE __m256i numbers_of_sum(__m256i numbers, int vector, const int of_lane) {
    // A byte with its highest bit set asks for 0.
    const __m128i four = _mm_setr_epi32((int)0x80808000u, (int)0x80808001u, (int)0x80808002u, (int)0x80808003u);
    const __m128i two = _mm_set_epi64x((long long)0x8080808080808001u, (long long)0x8080808080808000u);
    const __m128i order = _mm_add_epi8(of_lane == 4 ? four : two, _mm_set1_epi8((char)(of_lane * vector)));
    return _mm256_shuffle_epi8(numbers, _mm256_broadcastsi128_si256(order));
}

// Adds the leaves of `count` trees from `tree` on for 32 rows; `numbers` of a tree are 256 bytes apart.
TARGET static void add_floats(const rank_trees *trees, uint32_t tree, uint32_t count, const uint8_t *numbers,
                              float *sums) {
    __m256 sum[4];
    UNROLL for (int vector = 0; vector < 4; vector++) {
        sum[vector] = _mm256_load_ps(sums + 8 * vector);
    }
    for (const rank_leaves *leaves = trees->leaves + tree, *end = leaves + count; leaves < end; leaves++) {
        const __m256i number = _mm256_load_si256((const __m256i *)numbers);
        const uint8_t *planes = trees->planes + leaves->planes;
        if (leaves->entries == 16) {
            add_float_tree(planes, number, sum, 1);
        } else if (leaves->entries == 32) {
            add_float_tree(planes, number, sum, 2);
        } else if (leaves->entries == 64) {
            add_float_tree(planes, number, sum, 4);
        } else {
            UNROLL for (int vector = 0; vector < 4; vector++) {
                const __m256i index = numbers_of_sum(number, vector, 4);
                sum[vector] = _mm256_add_ps(
                    sum[vector], _mm256_i32gather_ps((const float *)(const void *)planes, index, sizeof(float)));
            }
        }
        numbers += 8 * WORD_BYTES;
    }
    UNROLL for (int vector = 0; vector < 4; vector++) {
        _mm256_store_ps(sums + 8 * vector, sum[vector]);
    }
}

TARGET static void add_doubles(const rank_trees *trees, uint32_t tree, uint32_t count, const uint8_t *numbers,
                               double *sums) {
    __m256d sum[8];
    UNROLL for (int vector = 0; vector < 8; vector++) {
        sum[vector] = _mm256_load_pd(sums + 4 * vector);
    }
    for (const rank_leaves *leaves = trees->leaves + tree, *end = leaves + count; leaves < end; leaves++) {
        const __m256i number = _mm256_load_si256((const __m256i *)numbers);
        const uint8_t *planes = trees->planes + leaves->planes;
        if (leaves->entries == 16) {
            add_double_tree(planes, number, sum, 1);
        } else if (leaves->entries == 32) {
            add_double_tree(planes, number, sum, 2);
        } else if (leaves->entries == 64) {
            add_double_tree(planes, number, sum, 4);
        } else {
            UNROLL for (int vector = 0; vector < 8; vector++) {
                const __m256i index = numbers_of_sum(number, vector, 2);
                sum[vector] = _mm256_add_pd(
                    sum[vector], _mm256_i64gather_pd((const double *)(const void *)planes, index, sizeof(double)));
            }
        }
        numbers += 8 * WORD_BYTES;
    }
    UNROLL for (int vector = 0; vector < 8; vector++) {
        _mm256_store_pd(sums + 4 * vector, sum[vector]);
    }
}
#endif
