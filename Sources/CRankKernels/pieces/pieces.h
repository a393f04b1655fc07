// What trees are cut to pieces with.
#pragma once

#include "../trees/order.h"

/// Where a row's bytes have the rank that a predicate asks for, and the rank itself.
typedef struct rank_asked {
    uint8_t place;
    uint8_t rank;
} rank_asked;

/// What a lane is before its node is placed.
#define RANK_NO_LANE UINT8_MAX

/// Some nodes of a tree, by their places in its order.
typedef struct rank_places {
    uint32_t *nodes;
    uint32_t count;
} rank_places;

/// Pieces that wait to be placed: their roots, and the exits that lead to them.
typedef struct rank_waiting {
    uint32_t *roots;
    size_t *exits;
    uint32_t count;
} rank_waiting;

/// A compilation's places in arrays that grow.
typedef struct rank_cutting {
    rank_trees *trees;
    const rank_asked *predicates;
    rank_ordered *order;
    /// [nodes of the tree], the lane of each node that is placed.
    uint8_t *lanes;
    /// The pieces that wait, of this turn and of the next one.
    rank_waiting now;
    rank_waiting next;
    uint8_t *units;
    char *leaves;
    uint32_t unit_count;
    uint32_t most_units;
    /// The greatest depth of a piece so far, and what it may be.
    uint32_t depth;
    uint32_t most_depth;
} rank_cutting;

/// The bytes of a leaf.
static inline size_t rank_leaf_bytes(const rank_trees *trees) {
    return trees->is_double ? sizeof(double) : sizeof(float);
}

/// What each predicate asks of a row's bytes, for all predicates of the ensemble.
void rank_list_asked(const rank_trees *trees, rank_asked *predicates);

/// Makes `pieces.sorted`. False when out of memory.
bool rank_make_sorted(rank_trees *trees);

/// Adds a unit. False when out of memory.
bool rank_add_unit(rank_cutting *cutting);

/// Places the nodes of a piece, the first of which is its root, in the lanes of a unit from `lane` on.
void rank_place_nodes(rank_cutting *cutting, uint32_t unit, uint32_t lane, const uint32_t *nodes, uint32_t count);

/// Numbers the exits of the nodes in the lanes of a unit from `lane` on, those to leaves first; the pieces that others
/// lead to wait.
void rank_close_unit(rank_cutting *cutting, uint32_t tree, uint32_t unit, uint32_t lane, const rank_places *placed);
