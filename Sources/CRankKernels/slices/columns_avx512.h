// Columns of rows, the ranks of their values, and which of them are missing: 16 rows at a time.
#pragma once

#include "words_avx512.h"

#if defined(__x86_64__)
// Transposes 16 rows of `columns` floats, at most 16, to [16][`length`] floats.
INLINE void transpose_rows(const char *const *rows, uint32_t columns, float *to, size_t length) {
    const __mmask16 exist = (__mmask16)((1u << columns) - 1);
    __m512 a[16];
    __m512 b[16];
    UNROLL for (int row = 0; row < 16; row++) {
        a[row] = _mm512_maskz_loadu_ps(exist, rows[row]);
    }
    UNROLL for (int row = 0; row < 16; row += 2) {
        b[row] = _mm512_unpacklo_ps(a[row], a[row + 1]);
        b[row + 1] = _mm512_unpackhi_ps(a[row], a[row + 1]);
    }
    // Lane l of a[4 i + j] has column 4 l + j of rows 4 i to 4 i + 3.
    UNROLL for (int i = 0; i < 16; i += 4) {
        UNROLL for (int high = 0; high < 2; high++) {
            const __m512d low = _mm512_castps_pd(b[i + high]);
            const __m512d next = _mm512_castps_pd(b[i + 2 + high]);
            a[i + 2 * high] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, next));
            a[i + 2 * high + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, next));
        }
    }
    UNROLL for (int j = 0; j < 4; j++) {
        const __m512 even_low = _mm512_shuffle_f32x4(a[j], a[4 + j], 0x88);
        const __m512 odd_low = _mm512_shuffle_f32x4(a[j], a[4 + j], 0xdd);
        const __m512 even_high = _mm512_shuffle_f32x4(a[8 + j], a[12 + j], 0x88);
        const __m512 odd_high = _mm512_shuffle_f32x4(a[8 + j], a[12 + j], 0xdd);
        _mm512_store_ps(to + (size_t)j * length, _mm512_shuffle_f32x4(even_low, even_high, 0x88));
        _mm512_store_ps(to + (size_t)(4 + j) * length, _mm512_shuffle_f32x4(odd_low, odd_high, 0x88));
        _mm512_store_ps(to + (size_t)(8 + j) * length, _mm512_shuffle_f32x4(even_low, even_high, 0xdd));
        _mm512_store_ps(to + (size_t)(12 + j) * length, _mm512_shuffle_f32x4(odd_low, odd_high, 0xdd));
    }
}

// The thresholds that step `step` compares with, given the answers of the steps before: bits of `known`. The tables of
// 64 and of 128 thresholds are several pairs of registers, chosen by the answers of steps 5 and 6.
INLINE __m512 threshold_of(const __m512 *table, __m512i known, const __mmask16 *answers, const int step) {
    if (step < 5) {
        return _mm512_permutexvar_ps(known, table[0]);
    }
    __m512 found[4];
    UNROLL for (int pair = 0; pair < 1 << (step - 5); pair++) {
        found[pair] = _mm512_permutex2var_ps(table[2 * pair], known, table[2 * pair + 1]);
    }
    if (step == 7) {
        found[0] = _mm512_mask_blend_ps(answers[6], found[0], found[2]);
        found[1] = _mm512_mask_blend_ps(answers[6], found[1], found[3]);
    }
    return step == 5 ? found[0] : _mm512_mask_blend_ps(answers[5], found[0], found[1]);
}

// The answers of `steps` steps of the search for each value: bit s is that of step s.
INLINE void search(const float *table, const float *values, size_t groups, uint8_t *ranks, const int steps) {
    // The first register of a step's table.
    static const int first[9] = {0, 1, 2, 3, 4, 5, 7, 11, 19};
    __m512 tables[19];
    UNROLL for (int step = 0; step < steps; step++) {
        UNROLL for (int part = 0; part < first[step + 1] - first[step]; part++) {
            tables[first[step] + part] = _mm512_loadu_ps(table + (1 << step) + 16 * part);
        }
    }
    const __m512 middle = _mm512_set1_ps(table[1]);
    NO_UNROLL for (size_t group = 0; group < groups; group++) {
        const __m512 x = _mm512_load_ps(values + 16 * group);
        __mmask16 answers[8];
        answers[0] = _mm512_cmp_ps_mask(x, middle, _CMP_GE_OQ);
        __m512i known = _mm512_maskz_set1_epi32(answers[0], 1);
        UNROLL for (int step = 1; step < steps; step++) {
            const __m512 threshold = threshold_of(tables + first[step], known, answers, step);
            answers[step] = _mm512_cmp_ps_mask(x, threshold, _CMP_GE_OQ);
            known = _mm512_mask_or_epi32(known, answers[step], known, _mm512_set1_epi32(1 << step));
        }
        _mm_store_si128((__m128i *)(ranks + 16 * group), _mm512_cvtepi32_epi8(known));
    }
}

INLINE uint16_t missing_of(const float *values) {
    const __m512 x = _mm512_load_ps(values);
    return _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
}

INLINE void replace_zeros(float *values) {
    const __m512 x = _mm512_load_ps(values);
    const __mmask16 is_zero = _mm512_cmp_ps_mask(_mm512_abs_ps(x), _mm512_set1_ps(1e-35f), _CMP_LE_OQ);
    _mm512_store_ps(values, _mm512_mask_blend_ps(is_zero, x, _mm512_set1_ps(__builtin_nanf(""))));
}
#endif
