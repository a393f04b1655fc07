// Bounds a tile of candidates at a time: the sums of a group of 16 outputs stay in registers, then those of the next
// group. The last group may have 8.
//
// For the instruction set whose header was included before. The file that includes this one has defined
//   TILE_ROWS         candidates of a tile
//   dot(sum, x, w)    adds to each lane the products of four units, x, with weights, w; with w + 128 where
//   RAISES_WEIGHTS    is defined as 1
#pragma once

#ifdef TILE_ROWS
#include "../isa/vectors.h"
#include "../score/activations.h"
#include "../score/lanes.h"
#include "certified.h"

#ifndef RAISES_WEIGHTS
#define RAISES_WEIGHTS 0
#endif

// Units whose bytes a lane has.
#define TOGETHER 4
#define VECTOR_BYTES (TOGETHER * WIDTH)
#define BLOCK_BYTES 64
// Vectors of a group's outputs, which are as many as lanes, and of a block.
#define GROUP_VECTORS LANE_VECTORS
// The longest row whose activations a tile has room for.
#define MOST_ROW_BYTES 4096

_Static_assert(RANK_KEPT_GROUP % (RANK_LANES / 2) == 0 && GROUP_VECTORS % 2 == 0,
               "kept outputs come in groups, and half a group takes whole vectors");

typedef struct tile {
    const rank_bounds *bounds;
    const uint8_t *record;
    vector lane[TILE_ROWS][GROUP_VECTORS];
    // What raised weights add to a sum.
    int32_t excess[TILE_ROWS];
    uint8_t x[TILE_ROWS][MOST_ROW_BYTES] __attribute__((aligned(BLOCK_BYTES)));
} tile;

// A number in every lane.
INLINE mask everywhere(int32_t number) {
    mask all;
    UNROLL for (int lane = 0; lane < WIDTH; lane++) {
        all[lane] = number;
    }
    return all;
}

// Four bytes in every lane.
INLINE mask broadcast(const uint8_t *from) {
    int32_t four;
    memcpy(&four, from, sizeof four);
    return everywhere(four);
}

// The activations of a candidate, and the sums of its column; `later` is a row to prefetch.
INLINE void start(tile *tile, int row, const uint8_t *thresholds, const uint8_t *later) {
    const size_t row_bytes = tile->bounds->row_bytes;
    const uint8_t *levels = tile->record;
    const uint8_t *digits = levels + row_bytes;
    const mask zero = {0};
    mask high[GROUP_VECTORS], low[GROUP_VECTORS], excess[GROUP_VECTORS];
    UNROLL for (int v = 0; v < GROUP_VECTORS; v++) {
        high[v] = low[v] = excess[v] = zero;
    }
    NO_UNROLL for (size_t block = 0; block < row_bytes; block += BLOCK_BYTES) {
        UNROLL for (int v = 0; v < GROUP_VECTORS; v++) {
            const size_t byte = block + (size_t)v * VECTOR_BYTES;
            const mask x =
                subtract_bytes(*(const mask *)(levels + byte), *(const mask *)(thresholds + byte));
            *(mask *)(tile->x[row] + byte) = x;
            high[v] = dot(high[v], x, *(const mask *)(digits + byte));
            low[v] = dot(low[v], x, *(const mask *)(digits + row_bytes + byte));
            excess[v] = RAISES_WEIGHTS ? dot(excess[v], x, zero) : zero;
        }
        __builtin_prefetch(later + block);
    }
    const float step = rank_tail(tile->record, row_bytes)->column_step;
    mask all = zero;
    UNROLL for (int v = 0; v < GROUP_VECTORS; v++) {
        const mask both = (high[v] - excess[v]) * RANK_COLUMN_DIGIT + (low[v] - excess[v]);
        tile->lane[row][v] = __builtin_convertvector(both, vector) * step;
        all += excess[v];
    }
    tile->excess[row] = 0;
    UNROLL for (int lane = 0; RAISES_WEIGHTS && lane < WIDTH; lane++) {
        tile->excess[row] += all[lane];
    }
}

// Adds the outputs from `first` on, `vectors` of them, to the lanes; `vectors` is a constant.
INLINE void add_outputs(tile *tile, size_t first, const int vectors) {
    const rank_bounds *bounds = tile->bounds;
    const size_t row_bytes = bounds->row_bytes;
    const size_t stride = (size_t)TOGETHER * bounds->kept;
    const int8_t *packed = bounds->packed + TOGETHER * first;
    mask sum[TILE_ROWS][GROUP_VECTORS];
    UNROLL for (int r = 0; r < TILE_ROWS; r++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            sum[r][v] = everywhere(-tile->excess[r]);
        }
    }
    NO_UNROLL for (size_t unit = 0; unit < row_bytes; unit += 2 * TOGETHER) {
        UNROLL for (size_t next = 0; next < 2; next++) {
            mask w[GROUP_VECTORS];
            UNROLL for (int v = 0; v < vectors; v++) {
                w[v] = *(const mask *)(packed + v * VECTOR_BYTES);
            }
            UNROLL for (int r = 0; r < TILE_ROWS; r++) {
                const mask x = broadcast(tile->x[r] + unit + next * TOGETHER);
                UNROLL for (int v = 0; v < vectors; v++) {
                    sum[r][v] = dot(sum[r][v], x, w[v]);
                }
            }
            packed += stride;
        }
    }
    const rank_record_tail *tail = rank_tail(tile->record, row_bytes);
    UNROLL for (int v = 0; v < vectors; v++) {
        const size_t at = first + (size_t)v * WIDTH;
        const vector step = load(bounds->steps + at);
        const vector bias = load(tail->biases + at);
        const vector weight = load(bounds->output_weights + at);
        UNROLL for (int r = 0; r < TILE_ROWS; r++) {
            const vector z = multiply_add(__builtin_convertvector(sum[r][v], vector), step, bias);
            tile->lane[r][v] = multiply_add(relu(z), weight, tile->lane[r][v]);
        }
    }
}

TARGET __attribute__((noinline)) static void add_group(tile *tile, size_t first) {
    add_outputs(tile, first, GROUP_VECTORS);
}

TARGET __attribute__((noinline)) static void add_half_group(tile *tile, size_t first) {
    add_outputs(tile, first, GROUP_VECTORS / 2);
}

TARGET static void bound_tiles(const rank_bounds *bounds, const uint8_t *record, const uint32_t *rows, size_t count,
                               float *out) {
    const rank_record_tail *tail = rank_tail(record, bounds->row_bytes);
    tile tile;
    tile.bounds = bounds;
    tile.record = record;
    for (size_t done = 0; done < count; done += TILE_ROWS) {
        for (size_t r = 0; r < TILE_ROWS; r++) {
            // Past the end the last candidate stands for others.
            const size_t index = done + r < count ? done + r : count - 1;
            const size_t later = index + TILE_ROWS < count ? index + TILE_ROWS : count - 1;
            start(&tile, (int)r, bounds->thresholds + rows[index] * bounds->row_bytes,
                  bounds->thresholds + rows[later] * bounds->row_bytes);
        }
        size_t first = 0;
        for (; first + RANK_LANES <= bounds->kept; first += RANK_LANES) {
            add_group(&tile, first);
        }
        if (first < bounds->kept) {
            add_half_group(&tile, first);
        }
        for (size_t r = 0; r < TILE_ROWS && done + r < count; r++) {
            const float sum = sum_of(fold(tile.lane[r]));
            out[done + r] = __builtin_fmaf(tail->slope, bounds->distances[rows[done + r]], sum + tail->constant);
        }
    }
}
#endif
