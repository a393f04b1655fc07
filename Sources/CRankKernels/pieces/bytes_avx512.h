// The ranks of a row: among sixteen thresholds by one comparison, which of the sixteens by one before.
#pragma once

#if defined(__x86_64__)
#include "../isa/avx512.h"
#include "../trees/walk.h"

// The bytes of a row.
#define BYTES (2 * RANK_PIECE_COLUMNS)

// How many of 16 ascending floats are at most x.
INLINE uint32_t count_16(__m512 x, const float *floats) {
    return (uint32_t)__builtin_popcount(_mm512_cmp_ps_mask(x, _mm512_load_ps(floats), _CMP_GE_OQ));
}

TARGET static void find_bytes(const rank_trees *trees, const rank_trees_run *run, const void *row, uint8_t *bytes) {
    uint8_t *right = bytes + trees->pieces.right;
    for (uint32_t index = 0; index < trees->column_count; index++) {
        const rank_column *column = trees->columns + index;
        const float *sorted = trees->pieces.sorted + trees->pieces.first_sorted[index];
        const float x = rank_value_of(run, row, &column->place);
        const bool is_missing = isnan(x) || (column->zero_is_missing && fabsf(x) <= 1e-35f);
        const __m512 all = _mm512_set1_ps(x);
        const uint32_t upper = 16 * count_16(all, sorted);
        const uint32_t rank = upper + count_16(all, sorted + 16 + upper);
        bytes[index] = (uint8_t)(is_missing ? 0 : rank);
        right[index] = (uint8_t)(is_missing ? 255 : rank);
    }
    for (uint32_t index = 0; index < trees->category_count; index++) {
        const rank_category *category = trees->categories + index;
        const float x = rank_value_of(run, row, &category->place);
        bytes[trees->column_count + index] =
            rank_category_goes_right(&trees->source, category->set, category->flags, x);
    }
}
#endif
