// Columns of rows, the ranks of their values, and which of them are missing: 8 rows at a time.
#pragma once

#include "words_avx2.h"

#if defined(__x86_64__)
// Transposes 8 rows of 8 floats from `from` on, of which `load_part` reads `columns`, at most 8.
INLINE void transpose_8(const char *const *rows, size_t from, uint32_t columns, float *to, size_t length) {
    __m256 a[8];
    __m256 b[8];
    UNROLL for (int row = 0; row < 8; row++) {
        const float *values = (const float *)(const void *)(rows[row] + from);
        if (columns < 8) {
            a[row] = load_part(values, columns);
        } else {
            a[row] = _mm256_loadu_ps(values);
        }
    }
    UNROLL for (int row = 0; row < 8; row += 2) {
        b[row] = _mm256_unpacklo_ps(a[row], a[row + 1]);
        b[row + 1] = _mm256_unpackhi_ps(a[row], a[row + 1]);
    }
    UNROLL for (int half = 0; half < 8; half += 4) {
        a[half] = _mm256_shuffle_ps(b[half], b[half + 2], 0x44);
        a[half + 1] = _mm256_shuffle_ps(b[half], b[half + 2], 0xee);
        a[half + 2] = _mm256_shuffle_ps(b[half + 1], b[half + 3], 0x44);
        a[half + 3] = _mm256_shuffle_ps(b[half + 1], b[half + 3], 0xee);
    }
    UNROLL for (int column = 0; column < 4; column++) {
        _mm256_store_ps(to + (size_t)column * length, _mm256_permute2f128_ps(a[column], a[4 + column], 0x20));
        _mm256_store_ps(to + (size_t)(4 + column) * length, _mm256_permute2f128_ps(a[column], a[4 + column], 0x31));
    }
}

// Transposes 16 rows of `columns` floats, at most 16, to [16][`length`] floats.
INLINE void transpose_rows(const char *const *rows, uint32_t columns, float *to, size_t length) {
    for (uint32_t first = 0; first < columns; first += 8) {
        const uint32_t left = columns - first < 8 ? columns - first : 8;
        transpose_8(rows, first * sizeof(float), left, to + first * length, length);
        transpose_8(rows + 8, first * sizeof(float), left, to + first * length + 8, length);
    }
}

// The entries of a table of `count` floats for the low bits of `known`, a register for each eight of them.
INLINE __m256 entry_of(const __m256 *table, __m256i known, const int count) {
    __m256 found[4];
    UNROLL for (int part = 0; part < (count + 7) / 8; part++) {
        found[part] = _mm256_permutevar8x32_ps(table[part], known);
    }
    if (count == 32) {
        const __m256 upper = _mm256_castsi256_ps(_mm256_slli_epi32(known, 27));
        found[0] = _mm256_blendv_ps(found[0], found[2], upper);
        found[1] = _mm256_blendv_ps(found[1], found[3], upper);
    }
    if (count >= 16) {
        found[0] = _mm256_blendv_ps(found[0], found[1], _mm256_castsi256_ps(_mm256_slli_epi32(known, 28)));
    }
    return found[0];
}

INLINE __m256i search_8(const float *table, const __m256 *tables, __m256 middle, __m256 x, const int steps) {
    const __m256i one = _mm256_set1_epi32(1);
    __m256i known = _mm256_and_si256(_mm256_castps_si256(_mm256_cmp_ps(x, middle, _CMP_GE_OQ)), one);
    UNROLL for (int step = 1; step < steps; step++) {
        __m256 threshold;
        if (step < 6) {
            // The registers of the steps before: one each up to step 3, then two.
            threshold = entry_of(tables + (step < 5 ? step : 6), known, 1 << step);
        } else {
            threshold = _mm256_i32gather_ps(table + (1 << step), known, 4);
        }
        const __m256i answer = _mm256_castps_si256(_mm256_cmp_ps(x, threshold, _CMP_GE_OQ));
        known = _mm256_or_si256(known, _mm256_and_si256(answer, _mm256_set1_epi32(1 << step)));
    }
    return known;
}

// The answers of `steps` steps of the search for each value: bit s is that of step s.
INLINE void search(const float *table, const float *values, size_t groups, uint8_t *ranks, const int steps) {
    __m256 tables[10];
    UNROLL for (int step = 1; step < steps && step < 6; step++) {
        UNROLL for (int part = 0; part < ((1 << step) + 7) / 8; part++) {
            tables[(step < 5 ? step : 6) + part] = _mm256_loadu_ps(table + (1 << step) + 8 * part);
        }
    }
    const __m256 middle = _mm256_set1_ps(table[1]);
    NO_UNROLL for (size_t group = 0; group < groups; group++) {
        const float *from = values + 16 * group;
        const __m256i low = search_8(table, tables, middle, _mm256_load_ps(from), steps);
        const __m256i high = search_8(table, tables, middle, _mm256_load_ps(from + 8), steps);
        // Packing is by lanes: 0 to 3, 8 to 11, 4 to 7, 12 to 15.
        const __m256i words = _mm256_permute4x64_epi64(_mm256_packus_epi32(low, high), 0xd8);
        const __m128i bytes =
            _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
        _mm_store_si128((__m128i *)(ranks + 16 * group), bytes);
    }
}

INLINE uint32_t missing_of_8(const float *values) {
    const __m256 x = _mm256_load_ps(values);
    return (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
}

INLINE uint16_t missing_of(const float *values) {
    return (uint16_t)(missing_of_8(values) | missing_of_8(values + 8) << 8);
}

INLINE void replace_zeros(float *values) {
    const __m256 sign = _mm256_set1_ps(-0.0f);
    UNROLL for (int half = 0; half < 16; half += 8) {
        const __m256 x = _mm256_load_ps(values + half);
        const __m256 is_zero = _mm256_cmp_ps(_mm256_andnot_ps(sign, x), _mm256_set1_ps(1e-35f), _CMP_LE_OQ);
        // All bits set is NaN.
        _mm256_store_ps(values + half, _mm256_or_ps(x, is_zero));
    }
}
#endif
