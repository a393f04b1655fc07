// The product for an A that comes out of relu or its mask, about half of it zeros: zeros are skipped. Compiled for each
// instruction set whose header defines `live` beside the vocabulary of isa/vectors.h.
//
// A row of C is 64 columns in registers; each non-zero element of A takes one row of B. As many rows of C are summed in
// turn as fill 8 accumulators, which hide the latency of a multiply-add. Two rows of A whose zeros mostly coincide, since
// a unit is dead for every example, are multiplied together and share the loads of B.
//
// A bit for each element says whether it is non-zero; the bits are found once for a block of A and used for all columns.
// The product with a zero adds zero, unless B holds an infinity or NaN: then nothing is skipped.
#pragma once

#include "../isa/vectors.h"
#include "gemm.h"
#include "tile.h"

#define ZEROS_COLUMNS 64
#define ZEROS_VECTORS (ZEROS_COLUMNS / WIDTH)
// Rows of C that are summed in turn.
#define ZEROS_TURNS (ZEROS_VECTORS < 8 ? 2 : 1)
// Rows of B in a block: with 64 columns they take 16 KiB and stay in the L1 cache. Each has a bit in a word.
#define ZEROS_DEPTH 64
// Rows of A whose bits are in memory at a time.
#define ZEROS_ROWS 256

// The bits of a row of A whose elements are contiguous.
INLINE uint64_t zeros_row(const float *a, size_t depth) {
    uint64_t bits = 0;
    size_t p = 0;
    for (; p + WIDTH <= depth; p += WIDTH) {
        bits |= (uint64_t)live(load(a + p)) << p;
    }
    for (; p < depth; p++) {
        bits |= (uint64_t)(a[p] != 0) << p;
    }
    return bits;
}

// Mirrors 64 × 64 bits at their diagonal. Source: Warren, "Hacker's Delight", section 7-3.
INLINE void zeros_mirror(uint64_t bits[64]) {
    uint64_t low = 0x00000000FFFFFFFF;
    for (size_t half = 32; half > 0; half /= 2, low ^= low << half) {
        for (size_t i = 0; i < 64; i = ((i | half) + 1) & ~half) {
            const uint64_t swapped = ((bits[i] >> half) ^ bits[i | half]) & low;
            bits[i] ^= swapped << half;
            bits[i | half] ^= swapped;
        }
    }
}

// The bits of at most 64 rows of A, a multiple of WIDTH, where the elements of a column are contiguous.
INLINE void zeros_rows(const float *a, size_t a_column, size_t rows, size_t depth, uint64_t *bits) {
    uint64_t square[64] = {0};
    for (size_t p = 0; p < depth; p++) {
        for (size_t r = 0; r < rows; r += WIDTH) {
            square[p] |= (uint64_t)live(load(a + p * a_column + r)) << r;
        }
    }
    zeros_mirror(square);
    memcpy(bits, square, rows * sizeof *bits);
}

INLINE uint64_t zeros_strided(const float *a, size_t a_column, size_t depth) {
    uint64_t bits = 0;
    for (size_t p = 0; p < depth; p++) {
        bits |= (uint64_t)(a[p * a_column] != 0) << p;
    }
    return bits;
}

TARGET static void zeros_find(const rank_gemm_job *job, size_t row, size_t rows, size_t from, size_t depth,
                              uint64_t *bits) {
    size_t i = 0;
    if (job->a_column == 1) {
        for (; i < rows; i++) {
            bits[i] = zeros_row(job->a + (row + i) * job->a_row + from, depth);
        }
    } else if (job->a_row == 1) {
        while (i + WIDTH <= rows) {
            const size_t some = rows - i < 64 ? (rows - i) / WIDTH * WIDTH : 64;
            zeros_rows(job->a + row + i + from * job->a_column, job->a_column, some, depth, bits + i);
            i += some;
        }
    }
    for (; i < rows; i++) {
        bits[i] = zeros_strided(job->a + (row + i) * job->a_row + from * job->a_column, job->a_column, depth);
    }
}

// Copies 64 columns of `depth` rows of B into contiguous memory. Returns whether all of them are finite: a float that
// is not has an exponent of all ones.
TARGET static int zeros_pack(const float *b, size_t b_row, size_t depth, float *panel) {
    mask odd = {0};
    for (size_t p = 0; p < depth; p++) {
        UNROLL for (int v = 0; v < ZEROS_VECTORS; v++) {
            const vector w = load(b + p * b_row + v * WIDTH);
            odd |= ((mask)w & 0x7F800000) == 0x7F800000;
            store(panel + p * ZEROS_COLUMNS + v * WIDTH, w);
        }
    }
    int any = 0;
    UNROLL for (int lane = 0; lane < WIDTH; lane++) {
        any |= odd[lane];
    }
    return any == 0;
}

// Adds the product of the first element with a bit in `rest` to a row of C, and clears the bit.
INLINE uint64_t zeros_step(const float *a, size_t a_column, const float *panel, uint64_t rest,
                           vector sum[ZEROS_VECTORS]) {
    const size_t p = (size_t)__builtin_ctzll(rest);
    const vector x = splat(a[p * a_column]);
    UNROLL for (int v = 0; v < ZEROS_VECTORS; v++) {
        sum[v] = multiply_add(x, load(panel + p * ZEROS_COLUMNS + v * WIDTH), sum[v]);
    }
    return rest & (rest - 1);
}

// The same for two rows of C, each with a row of A: a row of B is loaded once for both.
INLINE uint64_t zeros_step_of_two(const float *const a[2], size_t a_column, const float *panel, uint64_t rest,
                                  vector sum[2][ZEROS_VECTORS]) {
    const size_t p = (size_t)__builtin_ctzll(rest);
    const vector x = splat(a[0][p * a_column]), y = splat(a[1][p * a_column]);
    UNROLL for (int v = 0; v < ZEROS_VECTORS; v++) {
        const vector w = load(panel + p * ZEROS_COLUMNS + v * WIDTH);
        sum[0][v] = multiply_add(x, w, sum[0][v]);
        sum[1][v] = multiply_add(y, w, sum[1][v]);
    }
    return rest & (rest - 1);
}

// Whether two rows of A have enough of their zeros at the same places to be multiplied together. A step of two takes
// two products even where one element is zero; a step of one waits for its loads, and so takes 5 / 8 as long.
INLINE int zeros_coincide(uint64_t x, uint64_t y) {
    return 8 * __builtin_popcountll(x | y) < 5 * (__builtin_popcountll(x) + __builtin_popcountll(y));
}

// 64 columns of `count` rows of C, at most ZEROS_TURNS, for a block of B. Elements with a bit in `all` are multiplied
// in every row.
INLINE void zeros_turns(const rank_gemm_job *job, size_t row, size_t j, size_t from, const float *panel,
                        const uint64_t *bits, uint64_t all, int count) {
    const size_t a_column = job->a_column;
    const float *a[2];
    vector sum[2][ZEROS_VECTORS];
    uint64_t rest[2];
    UNROLL for (int r = 0; r < count; r++) {
        a[r] = job->a + (row + (size_t)r) * job->a_row + from * a_column;
        rest[r] = bits[r] | all;
        UNROLL for (int v = 0; v < ZEROS_VECTORS; v++) {
            const size_t column = j + (size_t)(v * WIDTH);
            sum[r][v] = from != 0 || job->adds ? load(job->c + (row + (size_t)r) * job->c_row + column)
                        : job->seed            ? load(job->seed + column)
                                               : (vector){0};
        }
    }
    if (count == 2 && zeros_coincide(rest[0], rest[1])) {
        uint64_t either = rest[0] | rest[1];
        while (either != 0) {
            either = zeros_step_of_two(a, a_column, panel, either, sum);
        }
        rest[0] = rest[1] = 0;
    }
    while (count == 2 && rest[0] != 0 && rest[1] != 0) {
        UNROLL for (int r = 0; r < count; r++) {
            rest[r] = zeros_step(a[r], a_column, panel, rest[r], sum[r]);
        }
    }
    UNROLL for (int r = 0; r < count; r++) {
        while (rest[r] != 0) {
            rest[r] = zeros_step(a[r], a_column, panel, rest[r], sum[r]);
        }
        UNROLL for (int v = 0; v < ZEROS_VECTORS; v++) {
            store(job->c + (row + (size_t)r) * job->c_row + j + (size_t)(v * WIDTH), sum[r][v] + (vector){0});
        }
    }
}

TARGET static void zeros_multiply(const rank_gemm_job *job, size_t row, size_t rows, size_t j, size_t from,
                                  const float *panel, const uint64_t *bits, uint64_t all) {
    size_t i = 0;
    for (; i + ZEROS_TURNS <= rows; i += ZEROS_TURNS) {
        zeros_turns(job, row + i, j, from, panel, bits + i, all, ZEROS_TURNS);
    }
    for (; i < rows; i++) {
        zeros_turns(job, row + i, j, from, panel, bits + i, all, 1);
    }
}

TARGET static void zeros_product(const rank_gemm_job *job) {
    _Alignas(64) float panel[ZEROS_DEPTH * ZEROS_COLUMNS];
    uint64_t bits[ZEROS_ROWS];
    const size_t columns = job->k > 0 ? job->n - job->n % ZEROS_COLUMNS : 0;
    for (size_t from = 0; columns > 0 && from < job->k; from += ZEROS_DEPTH) {
        const size_t depth = job->k - from < ZEROS_DEPTH ? job->k - from : ZEROS_DEPTH;
        for (size_t row = 0; row < job->m; row += ZEROS_ROWS) {
            const size_t rows = job->m - row < ZEROS_ROWS ? job->m - row : ZEROS_ROWS;
            zeros_find(job, row, rows, from, depth, bits);
            for (size_t j = 0; j < columns; j += ZEROS_COLUMNS) {
                const int skips = zeros_pack(job->b + from * job->b_row + j, job->b_row, depth, panel);
                zeros_multiply(job, row, rows, j, from, panel, bits, skips ? 0 : ~(uint64_t)0 >> (64 - depth));
            }
        }
    }
    if (columns < job->n) {
        rank_gemm_job rest = *job;
        rest.n -= columns;
        rest.b += columns;
        rest.c += columns;
        rest.seed = rest.seed ? rest.seed + columns : rest.seed;
        gemm_multiply(&rest);
    }
}

static const rank_gemm_kernels gemm_zeros = {.multiply = zeros_product, .columns = ZEROS_COLUMNS};
