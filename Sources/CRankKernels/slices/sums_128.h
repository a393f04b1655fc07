// Sums of leaves, 16 rows at a time, from tables of floats or doubles.
#pragma once

#include "words_128.h"

#include "../trees/trees.h"

// The row of lane `index` of a vector of sums, within 16 rows.
#define ROW_OF_SUM(of_lane, vector, index) ((of_lane) * (vector) + (index))

static uint32_t leaf_unit(uint32_t entries, uint32_t bytes) {
    (void)entries;
    return bytes;
}

static uint32_t fewest_leaf_entries(uint32_t unit) {
    (void)unit;
    return 1;
}

// Adds the leaves of `count` trees from `tree` on for 16 rows; `numbers` of a tree are 128 bytes apart.
TARGET static void add_floats(const rank_trees *trees, uint32_t tree, uint32_t count, const uint8_t *numbers,
                              float *sums) {
    for (const rank_leaves *leaves = trees->leaves + tree, *end = leaves + count; leaves < end; leaves++) {
        const float *table = (const float *)(const void *)(trees->planes + leaves->planes);
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
