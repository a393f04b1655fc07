// Trees in breadth-first order.
#pragma once

#include "trees.h"

/// A node in breadth-first order.
typedef struct rank_ordered {
    /// Counted from the first node of the source.
    uint32_t node;
    uint32_t depth;
    /// The leaves below, and the number of the first of them from left to right.
    uint32_t leaves;
    uint32_t first_leaf;
    /// The place of each child in the order, left and right; a leaf's is -1.
    int64_t child[2];
} rank_ordered;

/// The leaf of the tree that is a child of an ordered node.
static inline uint32_t rank_leaf_child(const rank_trees_source *source, const rank_ordered *ordered, int side) {
    return (uint32_t)~(side ? source->right : source->left)[ordered->node];
}

/// Writes the nodes of a tree in breadth-first order, and returns how many there are.
static inline uint32_t rank_order_tree(const rank_trees_source *source, uint32_t tree, rank_ordered *order) {
    const uint32_t first = source->first_node[tree];
    const uint32_t nodes = source->first_node[tree + 1] - first;
    uint32_t placed = 1;
    order[0] = (rank_ordered){.node = first};
    for (uint32_t at = 0; at < nodes; at++) {
        for (int side = 0; side < 2; side++) {
            const int32_t child = (side ? source->right : source->left)[order[at].node];
            order[at].child[side] = child < 0 ? -1 : (int64_t)placed;
            if (child >= 0) {
                order[placed++] = (rank_ordered){.node = first + (uint32_t)child, .depth = order[at].depth + 1};
            }
        }
    }
    for (uint32_t at = nodes; at-- > 0;) {
        for (int side = 0; side < 2; side++) {
            order[at].leaves += order[at].child[side] < 0 ? 1 : order[order[at].child[side]].leaves;
        }
    }
    for (uint32_t at = 0; at < nodes; at++) {
        uint32_t next = order[at].first_leaf;
        for (int side = 0; side < 2; side++) {
            rank_ordered *child = order[at].child[side] < 0 ? NULL : order + order[at].child[side];
            if (child) {
                child->first_leaf = next;
            }
            next += child ? child->leaves : 1;
        }
    }
    return nodes;
}
