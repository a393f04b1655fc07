// A run's values to a word for each predicate.
//
// Bit and row: byte 16 l + 2 v + q of a word has the rows from WORD_BYTES * v + 16 l + 8 q on, l being a lane of 16
// bytes, v < 8 and q < 2. With this order, interleaving alone leads from ranks to words and from words to leaf numbers.
#pragma once

#ifndef WORD_BYTES
#include "columns_128.h"
#include "sums_128.h"
#endif

#include "../trees/scratch.h"
#include "../trees/walk.h"

#define WORD_ROWS (8 * WORD_BYTES)
#define LANES (WORD_BYTES / 16)

// The two bytes of a word that have the 16 rows of a group.
INLINE char *bits_of_group(word *of, size_t group) {
    return (char *)of + 16 * (group % LANES) + 2 * (group / LANES);
}

// `search` with the number of steps known to the compiler.
TARGET static void find_ranks(const float *table, uint32_t steps, const float *values, size_t groups, uint8_t *ranks) {
    switch (steps) {
#define SEARCH(steps)                                                                                                  \
    case steps:                                                                                                        \
        search(table, values, groups, ranks, steps);                                                                   \
        break;
        SEARCH(1)
        SEARCH(2)
        SEARCH(3)
        SEARCH(4)
        SEARCH(5)
        SEARCH(6)
        SEARCH(7)
        SEARCH(8)
#undef SEARCH
    default:
        break;
    }
}

// The bits of all ranks, each of them a word.
INLINE void find_planes(const uint8_t *ranks, word *planes) {
    word a[8];
    word b[8];
    UNROLL for (int v = 0; v < 8; v++) {
        a[v] = pair_bytes(transpose_bits(reverse_bytes(((const word *)ranks)[v])));
    }
    // 8 × 8 groups of 16 rows in each lane, transposed.
    UNROLL for (int v = 0; v < 8; v += 2) {
        b[v] = interleave_low_16(a[v], a[v + 1]);
        b[v + 1] = interleave_high_16(a[v], a[v + 1]);
    }
    UNROLL for (int half = 0; half < 8; half += 4) {
        UNROLL for (int high = 0; high < 2; high++) {
            a[half + 2 * high] = interleave_low_32(b[half + high], b[half + 2 + high]);
            a[half + 2 * high + 1] = interleave_high_32(b[half + high], b[half + 2 + high]);
        }
    }
    UNROLL for (int pair = 0; pair < 4; pair++) {
        planes[2 * pair] = interleave_low_64(a[pair], a[4 + pair]);
        planes[2 * pair + 1] = interleave_high_64(a[pair], a[4 + pair]);
    }
}

// least[n]: the rows whose number is at least n, for numbers of four bits of which bits[0] is the highest.
INLINE void at_least(const word *bits, word *least) {
    const word none = {0};
    least[0] = ~none;
    least[1] = bits[3];
    least[16] = none;
    // From the numbers of the lower bits to those of one bit more.
    UNROLL for (int bit = 2; bit >= 0; bit--) {
        const int half = 8 >> bit;
        least[half] = bits[bit];
        UNROLL for (int number = 1; number < half; number++) {
            least[half + number] = bits[bit] & least[number];
            least[number] |= bits[bit];
        }
    }
}

// What decides whether ranks of eight bits are at least r: either the upper four bits are more than r's, or they are
// the same and the lower four are at least r's.
typedef struct rank_bits {
    word more[16];
    word more_or_missing[16];
    word same[16];
    word least[17];
} rank_bits;

// Writes a word for each rank of a side's lists, and returns the lists' end.
INLINE const uint8_t *write_masks(const uint8_t *lists, const word *more, const rank_bits *bits, word **to) {
    const uint32_t count = *lists++;
    word *next = *to;
    for (uint32_t upper = 0; upper < count; upper++) {
        const word is_more = more[upper];
        const word is_same = bits->same[upper];
        const uint32_t length = *lists++;
        NO_UNROLL for (const uint8_t *end = lists + length; lists < end; lists++) {
            *next++ = or_and(is_more, is_same, bits->least[*lists]);
        }
    }
    *to = next;
    return lists;
}

// The words of a column's predicates, from the answers of the search.
TARGET static void column_masks(const rank_trees *trees, const rank_column *column, const uint8_t *ranks, word missing,
                                word *table) {
    const word none = {0};
    word planes[8];
    find_planes(ranks, planes);
    // The first answer is the highest bit.
    word eight[8];
    UNROLL for (uint32_t bit = 0; bit < 8; bit++) {
        const uint32_t absent = 8 - column->levels;
        eight[bit] = bit < absent ? none : planes[bit - absent];
    }
    rank_bits bits;
    word least[17];
    at_least(eight, least);
    at_least(eight + 4, bits.least);
    UNROLL for (int upper = 0; upper < 16; upper++) {
        bits.more[upper] = least[upper + 1];
        bits.more_or_missing[upper] = least[upper + 1] | missing;
        bits.same[upper] = least[upper] & ~least[upper + 1];
    }
    word *to = table + column->predicate;
    const uint8_t *lists = write_masks(trees->ranks + column->ranks, bits.more, &bits, &to);
    write_masks(lists, bits.more_or_missing, &bits, &to);
}

// Writes `value` for each rank of a side's lists that is at most `rank`, else zeros.
TARGET static const uint8_t *write_constants(const uint8_t *lists, uint32_t rank, bool is_missing, word **to) {
    const uint32_t count = *lists++;
    for (uint32_t upper = 0; upper < count; upper++) {
        const uint32_t length = *lists++;
        for (const uint8_t *end = lists + length; lists < end; lists++) {
            const word none = {0};
            *(*to)++ = is_missing || rank >= 16 * upper + *lists ? ~none : none;
        }
    }
    return lists;
}

// The words of the predicates of a column that has one value in all rows.
TARGET static void constant_masks(const rank_trees *trees, const rank_column *column, float x, word *table) {
    const bool is_missing = isnan(x) || (column->zero_is_missing && fabsf(x) <= 1e-35f);
    uint32_t known = 0;
    uint32_t rank = 0;
    for (uint32_t step = 0; !is_missing && step < column->levels; step++) {
        const bool answer = x >= trees->thresholds[column->table + (1u << step) + known];
        known |= (uint32_t)answer << step;
        rank = 2 * rank + answer;
    }
    rank = is_missing ? 0 : rank;
    word *to = table + column->predicate;
    const uint8_t *lists = write_constants(trees->ranks + column->ranks, rank, false, &to);
    write_constants(lists, rank, is_missing, &to);
}

// The rows of a block, and what is the same for all blocks of a run.
typedef struct block {
    const char *rows;
    size_t stride;
    size_t count;
    // Floats of a row.
    uint32_t width;
    // Whether the query's columns are in the table already.
    bool has_query;
} block;

TARGET static uint32_t place_in_rows(const rank_place *place, const block *block) {
    return block->has_query ? place->apart : place->whole;
}

// Transposes the columns from `first` on of all rows of a block. Missing rows of the last group repeat the last one.
INLINE void transpose_tile(const block *block, uint32_t first, float *tile) {
    const uint32_t left = block->width - first;
    const uint32_t columns = left < RANK_TREE_TILE ? left : RANK_TREE_TILE;
    for (size_t row = 0; row < block->count; row += 16) {
        const char *rows[16];
        for (size_t index = 0; index < 16; index++) {
            const size_t at = row + index < block->count ? row + index : block->count - 1;
            rows[index] = block->rows + at * block->stride + first * sizeof(float);
        }
        transpose_rows(rows, columns, tile + row, WORD_ROWS);
    }
}

// The words of all numeric predicates that the rows of a block decide.
TARGET static void block_masks(const rank_trees *trees, const block *block, const rank_sliced_scratch *at,
                               char *scratch) {
    word *table = (word *)(scratch + at->table);
    float *tile = (float *)(scratch + at->tile);
    uint8_t *ranks = (uint8_t *)(scratch + at->ranks);
    const size_t groups = (block->count + 15) / 16;
    uint32_t first_of_tile = UINT32_MAX;
    for (uint32_t index = 0; index < trees->column_count; index++) {
        const rank_column *column = trees->columns + index;
        if (block->has_query && column->place.is_query) {
            continue;
        }
        const uint32_t place = place_in_rows(&column->place, block);
        if (place / RANK_TREE_TILE * RANK_TREE_TILE != first_of_tile) {
            first_of_tile = place / RANK_TREE_TILE * RANK_TREE_TILE;
            transpose_tile(block, first_of_tile, tile);
        }
        float *values = tile + (size_t)(place % RANK_TREE_TILE) * WORD_ROWS;
        word missing = {0};
        for (size_t group = 0; column->zero_is_missing && group < groups; group++) {
            replace_zeros(values + 16 * group);
        }
        for (size_t group = 0; column->reads_missing && group < groups; group++) {
            const uint16_t bits = missing_of(values + 16 * group);
            memcpy(bits_of_group(&missing, group), &bits, sizeof bits);
        }
        find_ranks(trees->thresholds + column->table, column->levels, values, groups, ranks);
        column_masks(trees, column, ranks, missing, table);
    }
}

// The words of the predicates about the query, and of the one that never holds.
TARGET static void query_masks(const rank_trees *trees, const void *query, word *table) {
    table[0] = (word){0};
    for (uint32_t index = 0; query && index < trees->column_count; index++) {
        const rank_column *column = trees->columns + index;
        if (column->place.is_query) {
            constant_masks(trees, column, rank_float_at(query, column->place.apart), table);
        }
    }
    for (uint32_t index = 0; query && index < trees->category_count; index++) {
        const rank_category *category = trees->categories + index;
        if (category->place.is_query) {
            const float x = rank_float_at(query, category->place.apart);
            const word none = {0};
            table[category->predicate] =
                rank_category_goes_right(&trees->source, category->set, category->flags, x) ? ~none : none;
        }
    }
}
