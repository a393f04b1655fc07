// The scratch of a sliced run.
#pragma once

#include "trees.h"

/// The parts of the scratch of a sliced run, in bytes from its start.
typedef struct rank_sliced_scratch {
    /// A word for each predicate.
    size_t table;
    /// [RANK_TREE_TILE][rows] floats.
    size_t tile;
    /// [rows] ranks.
    size_t ranks;
    /// RANK_SLOTS words.
    size_t slots;
    /// [RANK_TREE_BLOCK][rows] leaf numbers.
    size_t numbers;
    /// [rows] floats or doubles.
    size_t sums;
    size_t end;
} rank_sliced_scratch;

/// The scratch of an ensemble whose words have so many bytes.
static inline rank_sliced_scratch rank_sliced_scratch_of(const rank_trees *trees, size_t word_bytes) {
    const size_t rows = 8 * word_bytes;
    rank_sliced_scratch scratch = {0};
    scratch.tile = scratch.table + trees->shape.predicates * word_bytes;
    scratch.tile = (scratch.tile + 63) / 64 * 64;
    scratch.ranks = scratch.tile + RANK_TREE_TILE * rows * sizeof(float);
    scratch.slots = scratch.ranks + rows;
    scratch.numbers = scratch.slots + RANK_SLOTS * word_bytes;
    scratch.numbers = (scratch.numbers + 63) / 64 * 64;
    scratch.sums = scratch.numbers + RANK_TREE_BLOCK * rows;
    scratch.end = scratch.sums + rows * sizeof(double);
    return scratch;
}
