// Rows of the tables are met in the order of the examples, which no hardware predicts: the loops ask for them ahead.
#pragma once

#include <stddef.h>

// Rows ahead: of an embedding table, and of a hidden layer, which are longer.
#define AHEAD_SHORT_ROWS 8
#define AHEAD_LONG_ROWS 2
// Floats of a cache line.
#define AHEAD_LINE 16

// The index to ask for at index `i` of `count`.
static inline size_t training_ahead(size_t i, size_t count, size_t distance) {
    return i + distance < count ? i + distance : i;
}

// Asks for a row.
static inline void training_fetch(const float *row, size_t width) {
    for (size_t j = 0; j < width; j += AHEAD_LINE) {
        __builtin_prefetch(row + j);
    }
}
