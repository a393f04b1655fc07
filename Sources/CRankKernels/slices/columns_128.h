// Columns of rows, the ranks of their values, and which of them are missing: one value at a time.
#pragma once

#include "words_128.h"

#include <math.h>

// Transposes 16 rows of `columns` floats, at most 16, to [16][`length`] floats.
INLINE void transpose_rows(const char *const *rows, uint32_t columns, float *to, size_t length) {
    for (uint32_t column = 0; column < columns; column++) {
        for (int row = 0; row < 16; row++) {
            memcpy(to + column * length + (size_t)row, rows[row] + column * sizeof(float), sizeof(float));
        }
    }
}

// The answers of `steps` steps of the search for each value: bit s is that of step s.
INLINE void search(const float *table, const float *values, size_t groups, uint8_t *ranks, const int steps) {
    for (size_t row = 0; row < 16 * groups; row++) {
        uint32_t known = 0;
        for (int step = 0; step < steps; step++) {
            known |= (uint32_t)(values[row] >= table[(1u << step) + known]) << step;
        }
        ranks[row] = (uint8_t)known;
    }
}

INLINE uint16_t missing_of(const float *values) {
    uint32_t missing = 0;
    for (int row = 0; row < 16; row++) {
        missing |= (uint32_t)(values[row] != values[row]) << row;
    }
    return (uint16_t)missing;
}

INLINE void replace_zeros(float *values) {
    for (int row = 0; row < 16; row++) {
        values[row] = fabsf(values[row]) <= 1e-35f ? __builtin_nanf("") : values[row];
    }
}
