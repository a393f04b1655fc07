// Sums of leaves, 16 rows at a time, from tables of floats or doubles, or with NEON from planes of the bytes of floats.
#pragma once

#include "words_128.h"

#include "../trees/trees.h"

// The row of lane `index` of a vector of sums, within 16 rows.
#define ROW_OF_SUM(of_lane, vector, index) ((of_lane) * (vector) + (index))

#if defined(SLICES_NEON)
#include <arm_neon.h>

INLINE uint8x16_t permute(const uint8_t *plane, uint32_t entries, uint8x16_t numbers) {
    if (entries == 16) {
        return vqtbl1q_u8(vld1q_u8(plane), numbers);
    }
    if (entries == 32) {
        return vqtbl2q_u8((uint8x16x2_t){{vld1q_u8(plane), vld1q_u8(plane + 16)}}, numbers);
    }
    const uint8x16x4_t table = {{vld1q_u8(plane), vld1q_u8(plane + 16), vld1q_u8(plane + 32), vld1q_u8(plane + 48)}};
    return vqtbl4q_u8(table, numbers);
}

INLINE void add_permuted(const uint8_t *planes, uint32_t entries, const uint8_t *numbers, float *sums) {
    const uint8x16_t index = vld1q_u8(numbers);
    uint8x16_t bytes[4];
    UNROLL for (int plane = 0; plane < 4; plane++) {
        bytes[plane] = permute(planes + (size_t)plane * entries, entries, index);
    }
    UNROLL for (int half = 0; half < 2; half++) {
        const uint8x16_t low = half ? vzip2q_u8(bytes[0], bytes[1]) : vzip1q_u8(bytes[0], bytes[1]);
        const uint8x16_t high = half ? vzip2q_u8(bytes[2], bytes[3]) : vzip1q_u8(bytes[2], bytes[3]);
        const uint16x8x2_t leaves = vzipq_u16(vreinterpretq_u16_u8(low), vreinterpretq_u16_u8(high));
        UNROLL for (int quarter = 0; quarter < 2; quarter++) {
            float *to = sums + 8 * half + 4 * quarter;
            vst1q_f32(to, vaddq_f32(vld1q_f32(to), vreinterpretq_f32_u16(leaves.val[quarter])));
        }
    }
}

static uint32_t leaf_unit(uint32_t entries, uint32_t bytes) {
    return bytes == sizeof(float) && entries <= 64 ? 1 : bytes;
}

static uint32_t fewest_leaf_entries(uint32_t unit) {
    return unit == 1 ? 16 : 1;
}
#else
static uint32_t leaf_unit(uint32_t entries, uint32_t bytes) {
    (void)entries;
    return bytes;
}

static uint32_t fewest_leaf_entries(uint32_t unit) {
    (void)unit;
    return 1;
}
#endif

// Adds the leaves of `count` trees from `tree` on for 16 rows; `numbers` of a tree are 128 bytes apart.
TARGET static void add_floats(const rank_trees *trees, uint32_t tree, uint32_t count, const uint8_t *numbers,
                              float *sums) {
    for (const rank_leaves *leaves = trees->leaves + tree, *end = leaves + count; leaves < end; leaves++) {
        const uint8_t *planes = trees->planes + leaves->planes;
#if defined(SLICES_NEON)
        if (leaves->unit == 1) {
            add_permuted(planes, leaves->entries, numbers, sums);
            numbers += 8 * WORD_BYTES;
            continue;
        }
#endif
        const float *table = (const float *)(const void *)planes;
        UNROLL for (int row = 0; row < 16; row++) {
            sums[row] += table[numbers[row]];
        }
        numbers += 8 * WORD_BYTES;
    }
}

TARGET static void add_doubles(const rank_trees *trees, uint32_t tree, uint32_t count, const uint8_t *numbers,
                               double *sums) {
    for (const rank_leaves *leaves = trees->leaves + tree, *end = leaves + count; leaves < end; leaves++) {
        const double *table = (const double *)(const void *)(trees->planes + leaves->planes);
        UNROLL for (int row = 0; row < 16; row++) {
            sums[row] += table[numbers[row]];
        }
        numbers += 8 * WORD_BYTES;
    }
}
