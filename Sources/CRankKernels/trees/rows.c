// Row after row, without branches that a row decides: each value becomes integer keys, and eight trees are walked
// abreast, as many steps as the deepest of them needs. Leaves lead to themselves.
#include "../isa/unroll.h"
#include "order.h"
#include "walk.h"

#include <stdlib.h>

#pragma STDC FP_CONTRACT OFF

// Trees that are walked abreast.
#define ABREAST 8

// Nodes of a tree that `rank_key_node.distance` can bridge, and columns of keys that `rank_key_node.column` can.
#define MOST 65536

static bool fits(const rank_trees *trees) {
    const rank_trees_source *source = &trees->source;
    for (uint32_t tree = 0; tree < source->tree_count; tree++) {
        if (source->first_node[tree + 1] - source->first_node[tree] >= MOST / 2) {
            return false;
        }
    }
    return trees->key_column_count < MOST;
}

static int32_t key_at(const rank_trees_source *source, uint32_t node) {
    if (source->flags[node] & RANK_NODE_CATEGORICAL) {
        // The key of a category is 1 where it goes right, else 0.
        return 1;
    }
    return source->flags[node] & RANK_NODE_NEVER ? RANK_KEY_NEVER : rank_key_of(source->threshold[node]);
}

// Writes a tree, and returns the number of its nodes and leaves.
static uint32_t write_tree(const rank_trees *trees, const rank_ordered *order, uint32_t nodes, uint16_t *places,
                           rank_key_node *to) {
    const rank_trees_source *source = &trees->source;
    // Every key of the column after the last one is below each leaf's number.
    const uint16_t of_leaves = (uint16_t)trees->key_column_count;
    uint32_t next = 1;
    to[0] = (rank_key_node){.column = of_leaves};
    places[0] = 0;
    for (uint32_t at = 0; at < nodes; at++) {
        const rank_ordered *ordered = order + at;
        to[places[at]] = (rank_key_node){
            .key = key_at(source, ordered->node),
            .column = (uint16_t)trees->key_column_of[ordered->node],
            .distance = (uint16_t)(next - places[at]),
        };
        for (int side = 0; side < 2; side++, next++) {
            if (ordered->child[side] >= 0) {
                places[ordered->child[side]] = (uint16_t)next;
            } else {
                const int32_t leaf = (int32_t)rank_leaf_child(source, ordered, side);
                to[next] = (rank_key_node){.key = leaf, .column = of_leaves};
            }
        }
    }
    return next;
}

bool rank_make_key_nodes(rank_trees *trees) {
    const rank_trees_source *source = &trees->source;
    if (!fits(trees)) {
        return true;
    }
    const size_t count = (size_t)source->first_node[source->tree_count] + source->first_leaf[source->tree_count];
    rank_key_node *nodes = rank_take(trees, count, sizeof *nodes);
    trees->first_key_node = rank_take(trees, source->tree_count, sizeof *trees->first_key_node);
    rank_ordered *order = malloc(MOST / 2 * sizeof *order);
    uint16_t *places = malloc(MOST / 2 * sizeof *places);
    const bool has_memory = nodes && trees->first_key_node && order && places;
    uint32_t next = 0;
    for (uint32_t tree = 0; has_memory && tree < source->tree_count; tree++) {
        const uint32_t own = source->first_node[tree + 1] - source->first_node[tree];
        if (own) {
            rank_order_tree(source, tree, order);
        }
        trees->first_key_node[tree] = next;
        next += write_tree(trees, order, own, places, nodes + next);
    }
    trees->key_nodes = nodes;
    free(order);
    free(places);
    return has_memory;
}

uint64_t rank_keys_work(const rank_trees *trees) {
    const rank_trees_source *source = &trees->source;
    const size_t nodes = (size_t)source->first_node[source->tree_count] + source->first_leaf[source->tree_count];
    // A step of a tree, and one whose node is seldom in a cache of 1 MB.
    const uint64_t step = nodes * sizeof(rank_key_node) > 1u << 20 ? 43 : 23;
    uint64_t steps = 0;
    for (uint32_t tree = 0; tree < source->tree_count; tree += ABREAST) {
        uint32_t deepest = 0;
        for (uint32_t index = tree; index < tree + ABREAST && index < source->tree_count; index++) {
            deepest = trees->depths[index] > deepest ? trees->depths[index] : deepest;
        }
        steps += ABREAST * ((uint64_t)deepest + 1);
    }
    return step * steps + 40 * (uint64_t)trees->key_column_count;
}

static int32_t key_of(const rank_trees *trees, const rank_key_column *column, float x) {
    if (column->flags & RANK_NODE_CATEGORICAL) {
        return rank_category_goes_right(&trees->source, column->set, column->flags, x);
    }
    const bool is_zero = (column->flags & RANK_NODE_ZERO_IS_MISSING) && fabsf(x) <= 1e-35f;
    const int32_t missing = column->flags & RANK_NODE_MISSING_RIGHT ? RANK_KEY_MISSING_RIGHT : RANK_KEY_MISSING_LEFT;
    return isnan(x) || is_zero ? missing : rank_key_of(x);
}

// The leaf numbers of ABREAST trees, from their roots on.
static inline void walk(const rank_key_node *const *roots, const int32_t *keys, uint32_t steps, int32_t *leaves) {
    const rank_key_node *at[ABREAST];
    UNROLL for (int tree = 0; tree < ABREAST; tree++) {
        at[tree] = roots[tree];
    }
    NO_UNROLL for (uint32_t step = 0; step < steps; step++) {
        UNROLL for (int tree = 0; tree < ABREAST; tree++) {
            at[tree] += at[tree]->distance + (keys[at[tree]->column] >= at[tree]->key);
        }
    }
    UNROLL for (int tree = 0; tree < ABREAST; tree++) {
        leaves[tree] = at[tree]->key;
    }
}

// Adds the leaves of up to ABREAST trees from `first` on to the sums of all rows.
static void add_trees(const rank_trees *trees, const rank_trees_run *run, uint32_t first, const int32_t *keys) {
    const rank_trees_source *source = &trees->source;
    const uint32_t left = source->tree_count - first;
    const uint32_t count = left < ABREAST ? left : ABREAST;
    const rank_key_node *nodes[ABREAST];
    uint32_t steps = 0;
    for (uint32_t index = 0; index < ABREAST; index++) {
        // The last tree again where there are no more.
        const uint32_t tree = first + (index < count ? index : count - 1);
        nodes[index] = trees->key_nodes + trees->first_key_node[tree];
        steps = trees->depths[tree] > steps ? trees->depths[tree] : steps;
    }
    const uint32_t *first_leaf = source->first_leaf + first;
    for (size_t row = 0; row < run->count; row++) {
        int32_t leaves[ABREAST];
        walk(nodes, keys + row * (trees->key_column_count + 1), steps, leaves);
        // In a register: a sum in memory would take as long as the walk.
        if (trees->is_double) {
            double sum = run->double_margins[row];
            for (uint32_t index = 0; index < count; index++) {
                sum += source->double_leaves[first_leaf[index] + (uint32_t)leaves[index]];
            }
            run->double_margins[row] = sum;
        } else {
            float sum = run->float_margins[row];
            for (uint32_t index = 0; index < count; index++) {
                sum += source->float_leaves[first_leaf[index] + (uint32_t)leaves[index]];
            }
            run->float_margins[row] = sum;
        }
    }
}

// Rows whose keys or ranks are in memory at a time.
#define ROWS RANK_PIECE_ROWS

size_t rank_rows_scratch_bytes(const rank_trees *trees) {
    const size_t keys = trees->key_nodes ? ROWS * ((size_t)trees->key_column_count + 1) * sizeof(int32_t) : 0;
    const size_t ranks = trees->pieces.width ? ROWS * 2 * RANK_PIECE_COLUMNS : 0;
    return keys > ranks ? keys : ranks;
}

static void score_part(const rank_trees *trees, const rank_trees_run *run) {
    int32_t *keys = run->scratch;
    for (size_t row = 0; row < run->count; row++) {
        const void *values = rank_row_of(run, row);
        for (uint32_t index = 0; index < trees->key_column_count; index++) {
            const rank_key_column *column = trees->key_columns + index;
            *keys++ = key_of(trees, column, rank_value_of(run, values, &column->place));
        }
        *keys++ = INT32_MIN;
        if (trees->is_double) {
            run->double_margins[row] = trees->source.base;
        } else {
            run->float_margins[row] = (float)trees->source.base;
        }
    }
    for (uint32_t first = 0; first < trees->source.tree_count; first += ABREAST) {
        add_trees(trees, run, first, run->scratch);
    }
}

void rank_score_rows(const rank_trees *trees, const rank_trees_run *run) {
    const bool has_pieces = trees->pieces.width > 0;
    if (!trees->key_nodes && !has_pieces) {
        rank_trees_walk(&trees->source, run);
        return;
    }
    for (size_t done = 0; done < run->count; done += ROWS) {
        const size_t left = run->count - done;
        const rank_trees_run part = rank_part_of(run, done, left < ROWS ? left : ROWS);
        if (has_pieces) {
            trees->row_kernels->score_pieces(trees, &part);
        } else {
            score_part(trees, &part);
        }
    }
}
