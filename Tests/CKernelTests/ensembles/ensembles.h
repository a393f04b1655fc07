// Random ensembles of trees of every shape that a model file can have, and rows that test every edge of them.
#pragma once

#include "CRankKernels.h"

/// The kinds of random ensembles.
typedef struct forest {
    uint32_t features;
    uint32_t trees;
    /// Leaves of a tree: from 1 to this, or exactly this many where `is_even`.
    uint32_t most_leaves;
    bool is_even;
    /// Whether trees grow level by level, else at a random leaf.
    bool is_level_wise;
    /// Distinct thresholds of a feature.
    uint32_t thresholds;
    bool has_categories;
    bool has_query;
    bool is_double;
    /// Whether each node but the last one has a leaf on its left and a node on its right.
    bool is_chain;
} forest;

/// An ensemble that owns its arrays.
typedef struct ensemble {
    rank_trees_source source;
    void *owned[16];
    uint32_t owned_count;
    uint32_t query_count;
} ensemble;

/// A random ensemble.
ensemble make_ensemble(const forest *forest, uint64_t *state);

/// Frees an ensemble.
void free_ensemble(ensemble *ensemble);

/// A float that some node of `ensemble` might take for another: a threshold of `feature` or a neighbour of one, a
/// category, NaN, an infinity, a zero, a value at the edge of the zeros that count as missing, a subnormal.
float edge_value(const ensemble *ensemble, uint32_t feature, uint64_t *state);
