// The tiled matrix product, compiled for each instruction set in the vocabulary of isa/vectors.h. VECTORS has to be
// even.
//
// A tile keeps ROWS rows × PANEL columns of C in registers and walks down k: one row of B is loaded, each of the ROWS
// elements of A is broadcast. Tiles of at most half that width take twice as many rows: with fewer accumulators the
// multiply-adds would wait for each other. A lane is an output column, so no sum is ever split. Adding +0 before a
// store turns −0 into +0 and changes nothing else.
#pragma once

#include "../isa/vectors.h"
#include "gemm.h"

// Rows of B that a tile walks before the next tile: with 64 columns they take 32 KiB and stay in the L1 cache for all
// rows of A. Between blocks the sums are in C; storing and reloading a float changes no bit.
#define GEMM_BLOCK 128

// Whether the sums start at the values of C.
INLINE int gemm_goes_on(const rank_gemm_job *job, size_t from) { return from != 0 || job->adds; }

INLINE float gemm_start(const rank_gemm_job *job, size_t i, size_t j, size_t from) {
    return gemm_goes_on(job, from) ? job->c[i * job->c_row + j] : job->seed ? job->seed[j] : 0.0f;
}

// `rows` and `vectors` are constants at every call, so the loops unroll and the accumulators live in registers.
INLINE void gemm_tile(const rank_gemm_job *job, size_t i, size_t j, size_t from, size_t to, int rows,
                             int vectors) {
    vector sum[2 * ROWS][VECTORS];
    const size_t a_row = job->a_row, a_column = job->a_column, b_row = job->b_row;
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            const size_t column = j + (size_t)v * WIDTH;
            sum[r][v] = gemm_goes_on(job, from) ? load(job->c + (i + (size_t)r) * job->c_row + column)
                        : job->seed             ? load(job->seed + column)
                                                : (vector){0};
        }
    }
    const float *a = job->a + i * a_row + from * a_column;
    const float *b = job->b + from * b_row + j;
    for (size_t p = from; p < to; p++) {
        vector row[VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) {
            row[v] = load(b + (size_t)v * WIDTH);
        }
        UNROLL for (int r = 0; r < rows; r++) {
            const vector x = splat(a[(size_t)r * a_row]);
            UNROLL for (int v = 0; v < vectors; v++) {
                sum[r][v] = multiply_add(x, row[v], sum[r][v]);
            }
        }
        a += a_column;
        b += b_row;
    }
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            store(job->c + (i + (size_t)r) * job->c_row + j + (size_t)v * WIDTH, sum[r][v] + (vector){0});
        }
    }
}

// One column of `rows` rows. Columns that no vector covers are computed here, above all a last layer with one output.
INLINE void gemm_column(const rank_gemm_job *job, size_t i, size_t j, size_t from, size_t to, int rows) {
    float sum[2 * ROWS];
    UNROLL for (int r = 0; r < rows; r++) {
        sum[r] = gemm_start(job, i + (size_t)r, j, from);
    }
    for (size_t p = from; p < to; p++) {
        const float x = job->b[p * job->b_row + j];
        UNROLL for (int r = 0; r < rows; r++) {
            sum[r] = __builtin_fmaf(job->a[(i + (size_t)r) * job->a_row + p * job->a_column], x, sum[r]);
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        job->c[(i + (size_t)r) * job->c_row + j] = sum[r] + 0.0f;
    }
}

// One column where the elements of a column of A are contiguous: a lane is a row.
INLINE void gemm_column_lanes(const rank_gemm_job *job, size_t i, size_t j, size_t from, size_t to) {
    vector sum[VECTORS] = {{0}};
    UNROLL for (int v = 0; v < VECTORS; v++) {
        UNROLL for (int lane = 0; lane < WIDTH; lane++) {
            sum[v][lane] = gemm_start(job, i + (size_t)(v * WIDTH + lane), j, from);
        }
    }
    for (size_t p = from; p < to; p++) {
        const vector x = splat(job->b[p * job->b_row + j]);
        const float *a = job->a + i + p * job->a_column;
        UNROLL for (int v = 0; v < VECTORS; v++) {
            sum[v] = multiply_add(load(a + (size_t)v * WIDTH), x, sum[v]);
        }
    }
    UNROLL for (int v = 0; v < VECTORS; v++) {
        UNROLL for (int lane = 0; lane < WIDTH; lane++) {
            job->c[(i + (size_t)(v * WIDTH + lane)) * job->c_row + j] = sum[v][lane] + 0.0f;
        }
    }
}

INLINE void gemm_rows(const rank_gemm_job *job, size_t j, size_t from, size_t to, int vectors) {
    size_t i = 0;
    if (2 * vectors <= VECTORS) {
        for (; i + 2 * ROWS <= job->m; i += 2 * ROWS) {
            gemm_tile(job, i, j, from, to, 2 * ROWS, vectors);
        }
    }
    for (; i + ROWS <= job->m; i += ROWS) {
        gemm_tile(job, i, j, from, to, ROWS, vectors);
    }
    if (i + 4 <= job->m) {
        gemm_tile(job, i, j, from, to, 4, vectors);
        i += 4;
    }
    if (i + 2 <= job->m) {
        gemm_tile(job, i, j, from, to, 2, vectors);
        i += 2;
    }
    if (i < job->m) {
        gemm_tile(job, i, j, from, to, 1, vectors);
    }
}

INLINE void gemm_columns(const rank_gemm_job *job, size_t j, size_t from, size_t to) {
    size_t i = 0;
    if (job->a_row == 1) {
        for (; i + PANEL <= job->m; i += PANEL) {
            gemm_column_lanes(job, i, j, from, to);
        }
    }
    for (; i + 2 * ROWS <= job->m; i += 2 * ROWS) {
        gemm_column(job, i, j, from, to, 2 * ROWS);
    }
    for (; i < job->m; i++) {
        gemm_column(job, i, j, from, to, 1);
    }
}

TARGET static void gemm_multiply(const rank_gemm_job *job) {
    size_t from = 0;
    do {
        const size_t to = job->k - from > GEMM_BLOCK ? from + GEMM_BLOCK : job->k;
        size_t j = 0;
        for (; j + PANEL <= job->n; j += PANEL) {
            gemm_rows(job, j, from, to, VECTORS);
        }
        if (j + VECTORS / 2 * WIDTH <= job->n) {
            gemm_rows(job, j, from, to, VECTORS / 2);
            j += VECTORS / 2 * WIDTH;
        }
        for (; j + WIDTH <= job->n; j += WIDTH) {
            gemm_rows(job, j, from, to, 1);
        }
        for (; j < job->n; j++) {
            gemm_columns(job, j, from, to);
        }
        from = to;
    } while (from < job->k);
}

static const rank_gemm_kernels gemm_tiles = {.multiply = gemm_multiply, .columns = PANEL};
