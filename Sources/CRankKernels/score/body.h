// The vectorised kernels of scoring, compiled for each instruction set in the vocabulary of isa/vectors.h. The
// including file may define
//   SCORE_FACTORED  a faster function for the first two layers where both halves of the first one are given, and with
//   it SCORE_HIDDEN    a faster function for the first hidden layer alone
// One lane is one output unit, so each chain runs in the oracle's order; only independent outputs are computed side by
// side: ROWS candidates by VECTORS vectors in registers.
#pragma once

#include "activations.h"
#include "terms.h"

// The step that follows the sums of a tile.
typedef enum finish {
    // Stores the sums.
    FINISH_STORE,
    // z = a + sum: the first layer, as the only one or before an activation other than relu.
    FINISH_ADD,
    // h = relu(a + sum): the first layer.
    FINISH_ADD_RELU,
    // h = relu(sum): a hidden layer.
    FINISH_RELU,
    // h = relu(sum), multiplied at once with the weights of the last layer into `lane`.
    FINISH_LANES,
} finish;

// The rows of one tile and its output.
typedef struct tile {
    const float *x[ROWS];
    const float *a[ROWS];
    float *out;
    size_t out_stride;
    const float *output_weights;
    float (*lane)[RANK_LANES];
} tile;

// The step after the sums of one panel.
INLINE void finish_panel(const tile *tile, vector (*sum)[VECTORS], uint32_t column, const finish finish,
                         const int rows, const int vectors) {
    UNROLL for (int r = 0; r < rows; r++) {
        float *out = tile->out + r * tile->out_stride + column;
        UNROLL for (int v = 0; v < vectors; v++) {
            const int at = v * WIDTH;
            if (finish == FINISH_STORE) {
                store(out + at, sum[r][v]);
            } else if (finish == FINISH_ADD) {
                store(out + at, load(tile->a[r] + column + at) + sum[r][v]);
            } else if (finish == FINISH_ADD_RELU) {
                store(out + at, relu(load(tile->a[r] + column + at) + sum[r][v]));
            } else if (finish == FINISH_RELU) {
                store(out + at, relu(sum[r][v]));
            } else {
                // Panels of a multiple of RANK_LANES start at a multiple of it.
                float *lane = tile->lane[r] + ((PANEL % RANK_LANES ? column : 0) + at) % RANK_LANES;
                const vector w = load(tile->output_weights + column + at);
                store(lane, multiply_add(relu(sum[r][v]), w, load(lane)));
            }
        }
    }
}

// One panel of one layer for `rows` candidates: `vectors` vectors of outputs from `column` on. `spread` has the
// broadcast inputs of all rows, unit by unit, or is NULL.
INLINE void panel(const rank_matrix *matrix, const tile *tile, const vector *spread, const float *packed,
                  uint32_t column, finish finish, const int rows, const int vectors) {
    vector sum[ROWS][VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) {
        vector seed = {0};
        if (matrix->bias) {
            seed = load(matrix->bias + column + v * WIDTH);
        }
        UNROLL for (int r = 0; r < rows; r++) {
            sum[r][v] = seed;
        }
    }
    const float *x[ROWS];
    UNROLL for (int r = 0; r < rows; r++) {
        x[r] = tile->x[r];
    }
    const size_t inputs = matrix->inputs;
    NO_UNROLL for (size_t k = 0; k < inputs; k++) {
        vector w[VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) {
            w[v] = *(const vector *)(packed + v * WIDTH);
        }
        UNROLL for (int r = 0; r < rows; r++) {
            const vector all = spread ? spread[r] : splat(x[r][k]);
            UNROLL for (int v = 0; v < vectors; v++) {
                sum[r][v] = multiply_add(all, w[v], sum[r][v]);
            }
        }
        packed += vectors * WIDTH;
        spread += spread ? rows : 0;
    }
    switch (finish) {
    case FINISH_STORE:
        finish_panel(tile, sum, column, FINISH_STORE, rows, vectors);
        break;
    case FINISH_ADD:
        finish_panel(tile, sum, column, FINISH_ADD, rows, vectors);
        break;
    case FINISH_ADD_RELU:
        finish_panel(tile, sum, column, FINISH_ADD_RELU, rows, vectors);
        break;
    case FINISH_RELU:
        finish_panel(tile, sum, column, FINISH_RELU, rows, vectors);
        break;
    case FINISH_LANES:
        finish_panel(tile, sum, column, FINISH_LANES, rows, vectors);
        break;
    }
}

// All panels of one layer.
INLINE void panels(const rank_matrix *matrix, const tile *tile, const vector *spread, finish finish, const int rows) {
    const float *packed = matrix->packed;
    uint32_t column = 0;
    for (; column + PANEL <= matrix->stride; column += PANEL) {
        panel(matrix, tile, spread, packed, column, finish, rows, VECTORS);
        packed += (size_t)matrix->inputs * PANEL;
    }
#if PANEL > RANK_LANES
    // The rest of a row, a multiple of RANK_LANES like the row.
    switch ((matrix->stride - column) / RANK_LANES) {
    case 1:
        panel(matrix, tile, spread, packed, column, finish, rows, RANK_LANES / WIDTH);
        break;
#if PANEL > 2 * RANK_LANES
    case 2:
        panel(matrix, tile, spread, packed, column, finish, rows, 2 * RANK_LANES / WIDTH);
        break;
#endif
#if PANEL > 3 * RANK_LANES
    case 3:
        panel(matrix, tile, spread, packed, column, finish, rows, 3 * RANK_LANES / WIDTH);
        break;
#endif
    default:
        break;
    }
#endif
}

INLINE void layer_rows(const rank_matrix *matrix, const tile *tile, vector *spread, finish finish, const int rows) {
#ifdef SPREAD_INPUTS
    if (matrix->inputs > SPREAD_INPUTS) {
        panels(matrix, tile, NULL, finish, rows);
        return;
    }
    vector *to = spread;
    for (size_t k = 0; k < matrix->inputs; k++) {
        UNROLL for (int r = 0; r < rows; r++) {
            to[r] = splat(tile->x[r][k]);
        }
        to += rows;
    }
#endif
    panels(matrix, tile, spread, finish, rows);
}

TARGET __attribute__((noinline)) static void layer(const rank_matrix *matrix, const tile *tile, finish finish,
                                                        int rows) {
#ifdef SPREAD_INPUTS
    vector spread[SPREAD_INPUTS * ROWS];
#else
    vector *const spread = NULL;
#endif
    switch (rows) {
#if ROWS >= 6
    case 6:
        layer_rows(matrix, tile, spread, finish, 6);
        break;
    case 5:
        layer_rows(matrix, tile, spread, finish, 5);
        break;
#endif
    case 4:
        layer_rows(matrix, tile, spread, finish, 4);
        break;
    case 3:
        layer_rows(matrix, tile, spread, finish, 3);
        break;
    case 2:
        layer_rows(matrix, tile, spread, finish, 2);
        break;
    default:
        layer_rows(matrix, tile, spread, finish, 1);
        break;
    }
}

// h = relu(a + c), or a + c where `plain`, for one row of the candidates' table.
INLINE void add_row(const float *a, const float *c, float *h, size_t stride, bool plain) {
    for (size_t j = 0; j < stride; j += WIDTH) {
        vector z = load(a + j) + load(c + j);
        store(h + j, plain ? z : relu(z));
    }
}

// The hidden layers from `from` on, then the last one: y of `rows` rows of activations, `width` floats each. The layers
// write their activations to `even` and `odd` in turn; `odd` may be `x`.
INLINE void deeper(const rank_network *network, uint32_t from, const float *x, size_t width, float *even, float *odd,
                   int rows, float *y) {
    float lane[ROWS][RANK_LANES] __attribute__((aligned(64))) = {{0}};
    tile tile = {.lane = lane, .output_weights = network->output_weights};
    for (uint32_t index = from; index < network->hidden_count; index++) {
        const rank_matrix *matrix = network->hidden + index;
        for (int r = 0; r < rows; r++) {
            tile.x[r] = x + r * width;
        }
        tile.out = even;
        tile.out_stride = matrix->stride;
        if (network->activations) {
            layer(matrix, &tile, FINISH_STORE, rows);
            activate_rows(network->activations[index + 1], matrix, even, (size_t)rows);
        } else {
            layer(matrix, &tile, index + 1 == network->hidden_count ? FINISH_LANES : FINISH_RELU, rows);
        }
        x = even;
        even = odd;
        odd = tile.out;
        width = matrix->stride;
    }
    const bool has_lanes = from < network->hidden_count && !network->activations;
    for (int r = 0; r < rows; r++) {
        const float *h = x + r * width;
        const float4 t4 = has_lanes ? fold((const vector *)lane[r]) : lanes(h, network->output_weights, width);
        y[r] = sum_of(t4) + network->output_bias;
    }
}

// The dense layers of one tile.
INLINE void dense(const rank_network *network, const rank_run *run, const uint32_t *candidates, int rows, float *y) {
    const rank_matrix *first = &network->candidate_half;
    const size_t stride = first->stride;
    const size_t widest = rank_widest(network);
    float *own = run->scratch;
    float *h = own + ROWS * stride;
    float *next = h + ROWS * widest;
    const bool last = !network->output_weights;
    // Sums are not followed by relu: the layer is the last one, or has another activation.
    const bool plain = last || network->activations;
    tile tile = {.out = own, .out_stride = stride};
    for (int r = 0; r < rows; r++) {
        tile.x[r] = network->user_embedding + (size_t)run->user_row * network->user_dimensions;
        tile.a[r] = own;
    }
    if (!run->user_half) {
        layer(&network->user_half, &tile, FINISH_STORE, rows);
    }
    tile.out = h;
    for (int r = 0; r < rows; r++) {
        tile.a[r] = run->user_half ? run->user_half : own + r * stride;
        tile.x[r] = network->candidate_embedding + (size_t)candidates[r] * network->candidate_dimensions;
    }
    if (run->candidate_table) {
        for (int r = 0; r < rows; r++) {
            add_row(tile.a[r], run->candidate_table + (size_t)candidates[r] * stride, h + r * stride, stride, plain);
        }
    } else {
        layer(first, &tile, plain ? FINISH_ADD : FINISH_ADD_RELU, rows);
    }
    if (last) {
        for (int r = 0; r < rows; r++) {
            y[r] = h[r * stride];
        }
        return;
    }
    if (network->activations) {
        activate_rows(network->activations[0], first, h, (size_t)rows);
    }
    deeper(network, 0, h, stride, next, h, rows, y);
}

// As many tiles as full ones would take, of nearly equal size: a last tile of one row would cost most per row.
INLINE int rows_of_next_tile(size_t left) {
    const size_t tiles = (left + ROWS - 1) / ROWS;
    return (int)((left + tiles - 1) / tiles);
}

// Candidates between a prefetched embedding and the one in use: a few tiles of the first layer take as long as memory.
#define EMBEDDINGS_AHEAD 96

// Prefetches the embeddings of up to `count` candidates of a run from `at` on.
INLINE void prefetch_embeddings(const rank_network *network, const rank_run *run, size_t at, size_t count) {
    const size_t dimensions = network->candidate_dimensions;
    for (const size_t end = at + count < run->count ? at + count : run->count; at < end; at++) {
        prefetch_row(network->candidate_embedding + run->candidate_rows[at] * dimensions, dimensions);
    }
}

#ifdef SCORE_FACTORED
// The first layer's half of `count` candidates of a run from `at` on, into [count][stride].
INLINE void candidate_halves(const rank_network *network, const rank_run *run, size_t at, size_t count, float *halves) {
    const rank_matrix *matrix = &network->candidate_half;
    const size_t dimensions = network->candidate_dimensions;
    for (const size_t end = at + count; at < end;) {
        const int rows = rows_of_next_tile(end - at);
        tile tile = {.out = halves, .out_stride = matrix->stride};
        for (int r = 0; r < rows; r++) {
            tile.x[r] = network->candidate_embedding + run->candidate_rows[at + r] * dimensions;
            tile.a[r] = tile.x[r];
        }
        prefetch_embeddings(network, run, at + EMBEDDINGS_AHEAD, (size_t)rows);
        layer(matrix, &tile, FINISH_STORE, rows);
        halves += rows * matrix->stride;
        at += rows;
    }
}

// Scores with SCORE_FACTORED a network with a hidden layer, where the user's half of the first layer is given. Without
// a table of the candidates' halves, those of a block of candidates are computed first.
INLINE void score_blocks(const rank_network *network, const rank_run *run) {
    const size_t group = rank_group_rows(network);
    const size_t most = run->candidate_table ? group : rank_block_rows(network);
    const bool deep = network->hidden_count > 1;
    const size_t width = network->hidden->stride;
    const size_t widest = rank_widest(network);
    float *even = run->scratch + ROWS * network->user_half.stride;
    float *odd = even + ROWS * widest;
    float *own = odd + ROWS * widest;
    float *first = own + group * RANK_GROUP_FLOATS;
    float *halves = first + (deep ? group * width : 0);
    uint32_t places[RANK_BLOCK_ROWS];
    rank_run block = *run;
    if (!run->candidate_table) {
        for (uint32_t place = 0; place < RANK_BLOCK_ROWS; place++) {
            places[place] = place;
        }
        block.candidate_rows = places;
        block.candidate_table = halves;
        prefetch_embeddings(network, run, 0, EMBEDDINGS_AHEAD);
    }
    for (size_t done = 0; done < run->count;) {
        const size_t count = run->count - done < most ? run->count - done : most;
        float *y = run->scores + done;
        if (run->candidate_table) {
            SCORE_FACTORED(network, run, done, count, own, deep ? first : y);
        } else {
            candidate_halves(network, run, done, count, halves);
            SCORE_FACTORED(network, &block, 0, count, own, deep ? first : y);
        }
        for (size_t at = 0; deep && at < count;) {
            const int rows = rows_of_next_tile(count - at);
            deeper(network, 1, first + at * width, width, even, odd, rows, y + at);
            at += rows;
        }
        add_terms(network, run, done, count, y);
        done += count;
    }
}

// Candidates between a prefetched row of the candidates' table and the one in use.
#define ROWS_AHEAD 12

// The first layer's activations other than relu of `count` candidates of a run from `at` on, [count][stride].
INLINE void first_activations(const rank_network *network, const rank_run *run, size_t at, size_t count, float *h) {
    const rank_matrix *matrix = &network->candidate_half;
    const size_t stride = matrix->stride;
    if (!run->candidate_table) {
        candidate_halves(network, run, at, count, h);
    }
    for (size_t row = 0; row < count;) {
        const size_t part = count - row < ROWS ? count - row : ROWS;
        for (const size_t end = row + part; row < end; row++) {
            float *own = h + row * stride;
            const float *c = own;
            if (run->candidate_table) {
                c = run->candidate_table + run->candidate_rows[at + row] * stride;
                // Rows of later blocks were prefetched while the block before was summed.
                if (at == 0 && row + ROWS_AHEAD < count) {
                    const float *later = run->candidate_table + run->candidate_rows[row + ROWS_AHEAD] * stride;
                    for (size_t unit = 0; unit < stride; unit += 16) {
                        __builtin_prefetch(later + unit);
                    }
                }
            }
            add_row(run->user_half, c, own, stride, true);
        }
        activate_rows(network->activations[0], matrix, h + (row - part) * stride, part);
    }
}

// `score_blocks` for activations other than relu: one layer after the other, a block at a time.
INLINE void score_activated_blocks(const rank_network *network, const rank_run *run) {
    const size_t group = rank_group_rows(network);
    const size_t most = rank_block_rows(network);
    const rank_matrix *hidden = network->hidden;
    const size_t width = hidden->stride;
    const size_t widest = rank_widest(network);
    float *even = run->scratch + ROWS * network->user_half.stride;
    float *odd = even + ROWS * widest;
    float *own = odd + ROWS * widest;
    float *sums = own + group * RANK_GROUP_FLOATS;
    float *first = sums + group * width;
    if (!run->candidate_table) {
        prefetch_embeddings(network, run, 0, EMBEDDINGS_AHEAD);
    }
    for (size_t done = 0; done < run->count;) {
        const size_t count = run->count - done < most ? run->count - done : most;
        float *y = run->scores + done;
        first_activations(network, run, done, count, first);
        const rank_coming coming = {
            .table = run->candidate_table,
            .rows = run->candidate_rows + done + count,
            .count = run->candidate_table ? run->count - done - count : 0,
        };
        SCORE_HIDDEN(network, first, count, own, sums, &coming);
        activate_rows(network->activations[1], hidden, sums, count);
        for (size_t at = 0; at < count;) {
            const int rows = rows_of_next_tile(count - at);
            deeper(network, 1, sums + at * width, width, even, odd, rows, y + at);
            at += (size_t)rows;
        }
        add_terms(network, run, done, count, y);
        done += count;
    }
}
#endif

INLINE void score_sums(const rank_network *network, const rank_run *run) {
#ifdef SCORE_FACTORED
    // A single tile has no next tile to prepare meanwhile.
    const bool worthwhile = network->skip_dead_units || run->count > ROWS;
    if (worthwhile && network->dense && network->hidden_count > 0 && run->user_half) {
        if (network->activations) {
            score_activated_blocks(network, run);
        } else {
            score_blocks(network, run);
        }
        return;
    }
#endif
    if (!network->dense) {
        add_terms(network, run, 0, run->count, NULL);
        return;
    }
    for (size_t done = 0; done < run->count;) {
        const int rows = rows_of_next_tile(run->count - done);
        float y[ROWS];
        if (!run->candidate_table) {
            prefetch_embeddings(network, run, done + EMBEDDINGS_AHEAD, (size_t)rows);
        }
        dense(network, run, run->candidate_rows + done, rows, y);
        add_terms(network, run, done, (size_t)rows, y);
        done += (size_t)rows;
    }
}

TARGET static void score(const rank_network *network, const rank_run *run) {
    score_sums(network, run);
    if (network->has_output_step) {
        step_out(network, run->scores, run->count);
    }
}

TARGET static void half_rows(const rank_network *network, rank_half half, uint32_t first, size_t count,
                                  float *table) {
    const bool user = half == RANK_HALF_USER;
    const rank_matrix *matrix = user ? &network->user_half : &network->candidate_half;
    const float *embedding = user ? network->user_embedding : network->candidate_embedding;
    for (size_t done = 0; done < count; done += ROWS) {
        const int rows = (int)(count - done < ROWS ? count - done : ROWS);
        tile tile = {.out = table + done * matrix->stride, .out_stride = matrix->stride};
        for (int r = 0; r < rows; r++) {
            tile.x[r] = embedding + (first + done + r) * matrix->inputs;
            tile.a[r] = tile.x[r];
        }
        layer(matrix, &tile, FINISH_STORE, rows);
    }
}

static const rank_score_kernels score_kernels = {
    .panel = PANEL, .score = score, .half_rows = half_rows, .activate = activate};
