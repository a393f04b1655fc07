// Trees to pieces, whose nodes are decided at once.
#include "pieces.h"

#include <stdlib.h>

// The most nodes of a piece: its exits are one more.
#define MOST_NODES 63

// The greatest depth of a tree that is not cut, and of a piece of others: five and four permutations find the exit.
#define MOST_WHOLE_DEPTH 32
#define MOST_DEPTH 16

// Chooses the nodes of the piece below a root, level by level: trees that grow leaf by leaf leave most rows near the
// root. Returns how many there are.
static uint32_t choose_nodes(const rank_ordered *order, uint32_t root, uint32_t most_depth, uint32_t *nodes) {
    uint32_t count = 1;
    nodes[0] = root;
    for (uint32_t at = 0; at < count; at++) {
        for (int side = 0; side < 2; side++) {
            const int64_t child = order[nodes[at]].child[side];
            if (child >= 0 && count < MOST_NODES && order[child].depth < order[root].depth + most_depth) {
                nodes[count++] = (uint32_t)child;
            }
        }
    }
    return count;
}

// Places a tree that shares its unit with others.
static bool add_small_tree(rank_cutting *cutting, uint32_t tree, uint32_t nodes) {
    const uint32_t width = cutting->trees->pieces.width;
    const uint32_t lane = tree * width % RANK_UNIT_LANES;
    if (lane == 0 && !rank_add_unit(cutting)) {
        return false;
    }
    uint32_t all[RANK_UNIT_LANES];
    for (uint32_t at = 0; at < nodes; at++) {
        all[at] = at;
    }
    const rank_places placed = {all, nodes};
    rank_place_nodes(cutting, cutting->unit_count - 1, lane, all, nodes);
    rank_close_unit(cutting, tree, cutting->unit_count - 1, lane, &placed);
    return true;
}

// Places the pieces that wait, the first one in `unit`. False when out of memory.
static bool place_waiting(rank_cutting *cutting, uint32_t tree, uint32_t unit) {
    const size_t size = rank_leaf_bytes(cutting->trees);
    uint32_t nodes[2 * RANK_UNIT_LANES];
    rank_places placed = {nodes, 0};
    uint32_t exits = 0;
    for (uint32_t index = 0; index < cutting->now.count; index++) {
        uint32_t *own = nodes + placed.count;
        const uint32_t count = choose_nodes(cutting->order, cutting->now.roots[index], cutting->most_depth, own);
        if (exits + count + 1 > RANK_UNIT_LANES) {
            rank_close_unit(cutting, tree, unit, 0, &placed);
            if (!rank_add_unit(cutting)) {
                return false;
            }
            memmove(nodes, own, count * sizeof *nodes);
            placed.count = exits = 0;
            unit = cutting->unit_count - 1;
        }
        rank_place_nodes(cutting, unit, placed.count, nodes + placed.count, count);
        if (unit != tree) {
            const uint32_t piece = unit * RANK_UNIT_LANES + placed.count;
            memcpy(cutting->leaves + cutting->now.exits[index] * size, &piece, sizeof piece);
        }
        placed.count += count;
        exits += count + 1;
    }
    rank_close_unit(cutting, tree, unit, 0, &placed);
    return true;
}

// Places a tree, whose root is in the unit of its own number. False when out of memory.
static bool add_tree(rank_cutting *cutting, uint32_t tree, uint32_t nodes) {
    if (nodes == 0) {
        rank_place_nodes(cutting, tree, 0, NULL, 0);
        rank_close_unit(cutting, tree, tree, 0, &(rank_places){0});
        return true;
    }
    memset(cutting->lanes, RANK_NO_LANE, nodes);
    cutting->now.roots[0] = 0;
    cutting->now.count = 1;
    uint32_t unit = tree;
    while (cutting->now.count > 0) {
        cutting->next.count = 0;
        if (!place_waiting(cutting, tree, unit)) {
            return false;
        }
        const rank_waiting next = cutting->next;
        cutting->next = cutting->now;
        cutting->now = next;
        if (next.count > 0 && !rank_add_unit(cutting)) {
            return false;
        }
        unit = cutting->unit_count - 1;
    }
    return true;
}

static uint32_t width_for(const rank_trees *trees) {
    const rank_trees_source *source = &trees->source;
    uint32_t most = 1;
    for (uint32_t tree = 0; tree < source->tree_count; tree++) {
        const uint32_t leaves = source->first_leaf[tree + 1] - source->first_leaf[tree];
        most = leaves > most ? leaves : most;
    }
    const uint32_t columns = trees->column_count + trees->category_count;
    // A piece is 64 times a unit plus a lane, and there are no more units than nodes and trees.
    const bool has_numbers = (uint64_t)source->first_node[source->tree_count] + source->tree_count < 1u << 26;
    return columns > RANK_PIECE_COLUMNS || !has_numbers ? 0 : most > 32 ? 64 : most > 16 ? 32 : 16;
}

static bool add_trees(rank_cutting *cutting) {
    const rank_trees_source *source = &cutting->trees->source;
    const bool is_small = cutting->trees->pieces.width < RANK_UNIT_LANES;
    for (uint32_t tree = 0; !is_small && tree < source->tree_count; tree++) {
        if (!rank_add_unit(cutting)) {
            return false;
        }
    }
    for (uint32_t tree = 0; tree < source->tree_count; tree++) {
        const uint32_t nodes = source->first_node[tree + 1] - source->first_node[tree];
        if (nodes) {
            rank_order_tree(source, tree, cutting->order);
        }
        if (!(is_small ? add_small_tree(cutting, tree, nodes) : add_tree(cutting, tree, nodes))) {
            return false;
        }
    }
    return true;
}

// Copies what was made into memory of the ensemble.
static bool keep(const rank_cutting *cutting) {
    rank_trees *trees = cutting->trees;
    rank_pieces *pieces = &trees->pieces;
    const size_t leaves = RANK_UNIT_LANES * rank_leaf_bytes(trees);
    pieces->units = rank_take(trees, cutting->unit_count, RANK_UNIT_BYTES);
    pieces->leaves = rank_take(trees, cutting->unit_count, leaves);
    if (!pieces->units || !pieces->leaves) {
        return false;
    }
    memcpy(pieces->units, cutting->units, (size_t)cutting->unit_count * RANK_UNIT_BYTES);
    memcpy(pieces->leaves, cutting->leaves, cutting->unit_count * leaves);
    pieces->is_cut = pieces->width == RANK_UNIT_LANES && cutting->unit_count > trees->source.tree_count;
    while (1u << pieces->doublings < cutting->depth) {
        pieces->doublings++;
    }
    return true;
}

bool rank_make_pieces(rank_trees *trees) {
    const rank_trees_source *source = &trees->source;
    const rank_pieces pieces = {.width = width_for(trees)};
    if (pieces.width == 0) {
        return true;
    }
    trees->pieces = pieces;
    trees->pieces.right = trees->column_count + trees->category_count > 64 ? 128 : 64;
    uint32_t most = 1;
    for (uint32_t tree = 0; tree < source->tree_count; tree++) {
        const uint32_t nodes = source->first_node[tree + 1] - source->first_node[tree];
        most = nodes > most ? nodes : most;
    }
    rank_asked *predicates = malloc(trees->shape.predicates * sizeof *predicates);
    // Trees as large as a piece are not cut for their depth.
    const bool is_whole = most <= MOST_NODES && trees->shape.depth <= MOST_WHOLE_DEPTH;
    rank_cutting cutting = {
        .trees = trees,
        .most_depth = is_whole ? MOST_WHOLE_DEPTH : MOST_DEPTH,
        .predicates = predicates,
        .order = malloc(most * sizeof *cutting.order),
        .lanes = malloc(most),
        .now = {.roots = malloc(most * sizeof(uint32_t)), .exits = malloc(most * sizeof(size_t))},
        .next = {.roots = malloc(most * sizeof(uint32_t)), .exits = malloc(most * sizeof(size_t))},
    };
    bool has_memory = predicates && cutting.order && cutting.lanes && cutting.now.roots && cutting.now.exits &&
                      cutting.next.roots && cutting.next.exits;
    if (has_memory) {
        rank_list_asked(trees, predicates);
        has_memory = add_trees(&cutting) && keep(&cutting) && rank_make_sorted(trees);
    }
    free(predicates);
    free(cutting.order);
    free(cutting.lanes);
    free(cutting.now.roots);
    free(cutting.now.exits);
    free(cutting.next.roots);
    free(cutting.next.exits);
    free(cutting.units);
    free(cutting.leaves);
    return has_memory;
}
