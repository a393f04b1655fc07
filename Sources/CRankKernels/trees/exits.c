// Small trees as what each node excludes (QuickScorer: Lucchese and others, SIGIR 2015).
#include "order.h"

#include <stdlib.h>

// Where a row's bytes have the rank that a predicate asks for, and the rank itself.
typedef struct asked {
    uint8_t place;
    uint8_t rank;
} asked;

static uint32_t width_for(const rank_trees *trees) {
    const rank_trees_source *source = &trees->source;
    uint32_t most = 1;
    for (uint32_t tree = 0; tree < source->tree_count; tree++) {
        const uint32_t leaves = source->first_leaf[tree + 1] - source->first_leaf[tree];
        most = leaves > most ? leaves : most;
    }
    const uint32_t columns = trees->column_count + trees->category_count;
    return most > 64 || columns > RANK_EXIT_COLUMNS ? 0 : most > 32 ? 64 : 32;
}

static void list_predicates(const rank_trees *trees, asked *predicates) {
    for (uint32_t index = 0; index < trees->column_count; index++) {
        const rank_column *column = trees->columns + index;
        const uint8_t *lists = trees->ranks + column->ranks;
        asked *next = predicates + column->predicate;
        for (uint32_t side = 0; side < 2; side++) {
            const uint32_t count = *lists++;
            for (uint32_t upper = 0; upper < count; upper++) {
                const uint32_t length = *lists++;
                for (uint32_t entry = 0; entry < length; entry++, lists++) {
                    *next++ = (asked){(uint8_t)(index + side * trees->exits.right), (uint8_t)(16 * upper + *lists)};
                }
            }
        }
    }
    for (uint32_t index = 0; index < trees->category_count; index++) {
        predicates[trees->categories[index].predicate] = (asked){(uint8_t)(trees->column_count + index), 1};
    }
}

// Writes the nodes of a tree, the `member`th of its unit, and its leaves.
static void write_tree(const rank_trees *trees, uint32_t tree, const rank_ordered *order, uint32_t nodes,
                       const asked *predicates) {
    const rank_exits *exits = &trees->exits;
    const rank_trees_source *source = &trees->source;
    const uint32_t members = rank_exit_unit_trees(exits);
    const uint32_t member = tree % members;
    uint8_t *unit = exits->units + tree / members * rank_exit_unit_bytes(exits);
    uint8_t *places = unit + (size_t)member * exits->width;
    uint8_t *left_bits = unit + 256 + (size_t)member * exits->width * exits->width / 8;
    const size_t size = trees->is_double ? sizeof(double) : sizeof(float);
    const char *from = source->double_leaves ? (const char *)source->double_leaves : (const char *)source->float_leaves;
    from += source->first_leaf[tree] * size;
    char *to = (char *)exits->leaves + (size_t)tree * exits->width * size;
    if (nodes == 0) {
        memcpy(to, from, size);
    }
    for (uint32_t at = 0; at < nodes; at++) {
        const rank_ordered *ordered = order + at;
        const asked *predicate = predicates + trees->predicate_of[ordered->node];
        places[at] = predicate->place;
        places[at + 128] = predicate->rank;
        const uint32_t on_left = ordered->child[0] < 0 ? 1 : order[ordered->child[0]].leaves;
        const uint64_t others = ~(((UINT64_C(1) << on_left) - 1) << ordered->first_leaf);
        // The low bytes come first on every CPU that reads them.
        memcpy(left_bits + (size_t)at * exits->width / 8, &others, exits->width / 8);
        for (int side = 0; side < 2; side++) {
            if (ordered->child[side] < 0) {
                const uint32_t number = ordered->first_leaf + (side ? on_left : 0);
                memcpy(to + number * size, from + rank_leaf_child(source, ordered, side) * size, size);
            }
        }
    }
}

bool rank_make_exits(rank_trees *trees) {
    const rank_trees_source *source = &trees->source;
    rank_exits exits = {.width = width_for(trees)};
    if (exits.width == 0) {
        return true;
    }
    exits.right = trees->column_count + trees->category_count > 64 ? 128 : 64;
    const size_t size = trees->is_double ? sizeof(double) : sizeof(float);
    const uint32_t members = rank_exit_unit_trees(&exits);
    const size_t unit_count = (source->tree_count + members - 1) / members;
    exits.units = rank_take(trees, unit_count, rank_exit_unit_bytes(&exits));
    // Units are full: the last one has trees of one leaf that is not read.
    exits.leaves = rank_take(trees, unit_count * members * exits.width, size);
    exits.tables = rank_take(trees, trees->column_count + 16u, sizeof *exits.tables);
    exits.levels = rank_take(trees, trees->column_count + 16u, sizeof *exits.levels);
    asked *predicates = malloc(trees->shape.predicates * sizeof *predicates);
    rank_ordered *order = malloc(64 * sizeof *order);
    const bool has_memory = exits.units && exits.leaves && exits.tables && exits.levels && predicates && order;
    if (has_memory) {
        trees->exits = exits;
        // Nodes that do not exist exclude nothing.
        for (size_t unit = 0; unit < unit_count; unit++) {
            const size_t bytes = rank_exit_unit_bytes(&exits);
            memset(exits.units + unit * bytes + 256, 0xff, bytes - 256);
        }
        for (uint32_t index = 0; index < trees->column_count; index++) {
            exits.tables[index] = trees->columns[index].table;
            exits.levels[index] = trees->columns[index].levels;
        }
        list_predicates(trees, predicates);
        for (uint32_t tree = 0; tree < source->tree_count; tree++) {
            const uint32_t nodes = source->first_node[tree + 1] - source->first_node[tree];
            if (nodes) {
                rank_order_tree(source, tree, order);
            }
            write_tree(trees, tree, order, nodes, predicates);
        }
    }
    free(predicates);
    free(order);
    return has_memory;
}
