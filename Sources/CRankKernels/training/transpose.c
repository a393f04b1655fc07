// The transpose of a matrix: a plain loop over squares, the same at every level.
#include "rank_training.h"

#include "../isa/unroll.h"
#include "../team/team.h"
#include "training.h"

#include <string.h>

typedef struct transpose_call {
    size_t rows, columns;
    const float *matrix;
    float *transposed;
} transpose_call;

typedef float float4 __attribute__((vector_size(4 * sizeof(float))));

static inline float4 load_float4(const float *from) {
    float4 x;
    memcpy(&x, from, sizeof x);
    return x;
}

// 4 × 4 elements, in registers.
static inline void transpose_4_by_4(const float *x, size_t columns, float *transposed, size_t rows) {
    const float4 a = load_float4(x), b = load_float4(x + columns), c = load_float4(x + 2 * columns),
                 d = load_float4(x + 3 * columns);
    const float4 ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    const float4 ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const float4 cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const float4 cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    const float4 lines[4] = {
        __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5), __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7),
        __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5), __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7)};
    UNROLL for (size_t line = 0; line < 4; line++) {
        memcpy(transposed + line * rows, lines + line, sizeof *lines);
    }
}

// A square of TRAINING_LINE, one cache line in each row on both sides.
static void transpose_square(const float *x, size_t columns, float *transposed, size_t rows) {
    for (size_t j = 0; j < TRAINING_LINE; j += 4) {
        UNROLL for (size_t i = 0; i < TRAINING_LINE; i += 4) {
            transpose_4_by_4(x + i * columns + j, columns, transposed + j * rows + i, rows);
        }
    }
}

static void transpose_part(const float *x, size_t columns, float *transposed, size_t rows, size_t height,
                           size_t width) {
    for (size_t j = 0; j < width; j++) {
        for (size_t i = 0; i < height; i++) {
            transposed[j * rows + i] = x[i * columns + j];
        }
    }
}

static void transpose(const void *argument, size_t part, size_t parts) {
    const transpose_call *call = argument;
    const size_t rows = call->rows, columns = call->columns;
    const team_range range = team_share(columns, TRAINING_LINE, part, parts);
    for (size_t i = 0; i < rows; i += TRAINING_LINE) {
        const size_t height = rows - i < TRAINING_LINE ? rows - i : TRAINING_LINE;
        for (size_t j = range.from; j < range.to; j += TRAINING_LINE) {
            const size_t width = range.to - j < TRAINING_LINE ? range.to - j : TRAINING_LINE;
            const float *square = call->matrix + i * columns + j;
            if (height == TRAINING_LINE && width == TRAINING_LINE) {
                transpose_square(square, columns, call->transposed + j * rows + i, rows);
            } else {
                transpose_part(square, columns, call->transposed + j * rows + i, rows, height, width);
            }
        }
    }
}

void rank_training_transpose(rank_team *team, size_t rows, size_t columns, const float *matrix, float *transposed) {
    const transpose_call call = {rows, columns, matrix, transposed};
    rank_team_run(team, team_parts(team, rows * columns, TEAM_ELEMENTS), transpose, &call);
}
