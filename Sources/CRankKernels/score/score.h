// Declarations that the files of scoring share.
#pragma once

#include "rank_score.h"

/// The most candidates of a tile.
#define RANK_TILE_ROWS 6

/// The scoring kernels of an instruction set.
typedef struct rank_score_kernels {
    /// Columns of a panel of `rank_matrix.packed`; the last panel of a matrix may be narrower.
    uint32_t panel;
    void (*score)(const rank_network *network, const rank_run *run);
    void (*half_rows)(const rank_network *network, rank_half half, uint32_t first, size_t count, float *table);
    void (*activate)(rank_activation activation, float *values, size_t count);
} rank_score_kernels;

/// The oracle.
extern const rank_score_kernels rank_score_scalar;

static inline uint32_t rank_padded(uint32_t width) {
    return (width + (RANK_LANES - 1)) / RANK_LANES * RANK_LANES;
}

/// The width of the widest row of activations.
static inline size_t rank_widest(const rank_network *network) {
    size_t widest = network->user_half.stride;
    for (uint32_t layer = 0; layer < network->hidden_count; layer++) {
        size_t stride = network->hidden[layer].stride;
        widest = stride > widest ? stride : widest;
    }
    return widest;
}

/// The most candidates of a group, which the factored kernels compute at a time.
#define RANK_GROUP_ROWS 512

/// Floats of scratch that a factored kernel needs for each candidate of a group.
#define RANK_GROUP_FLOATS (64 + RANK_LANES)

/// Candidates of a group: fewer where the activations of the first hidden layer, which deeper ones read, would take
/// more than 128 KiB. 0 without hidden layers.
static inline size_t rank_group_rows(const rank_network *network) {
    if (network->hidden_count == 0) {
        return 0;
    }
    size_t fitting = 32768 / network->hidden->stride;
    if (network->hidden_count == 1 || fitting >= RANK_GROUP_ROWS) {
        return RANK_GROUP_ROWS;
    }
    return fitting > RANK_TILE_ROWS ? fitting : RANK_TILE_ROWS;
}

/// The most candidates whose halves of the first layer are computed at a time where no table has them.
#define RANK_BLOCK_ROWS 128

/// The most candidates whose activations of the first layer, other than relu, are computed at a time: whole tiles.
#define RANK_ACTIVATED_ROWS 126

/// Candidates of a block, whose halves or activations are computed at a time: fewer where those would take more than
/// 128 KiB, and never more than `rank_group_rows`. 0 without hidden layers.
static inline size_t rank_block_rows(const rank_network *network) {
    const size_t group = rank_group_rows(network);
    const size_t most = network->activations ? RANK_ACTIVATED_ROWS : RANK_BLOCK_ROWS;
    size_t fitting = 32768 / network->candidate_half.stride;
    fitting = fitting < RANK_TILE_ROWS ? RANK_TILE_ROWS : fitting > most ? most : fitting;
    return fitting < group ? fitting : group;
}
