// Trees to the two forms in which words of rows find their leaves.
#include "order.h"

#include <stdlib.h>

// A compilation's places in the arrays of the ensemble.
typedef struct progress {
    rank_trees *trees;
    rank_ordered *order;
    uint32_t heap;
    uint32_t records;
    // Records of each tree of the last program, which are not in one order yet, and the slots that they take.
    rank_record *waiting[RANK_TREES_TOGETHER];
    uint32_t slots;
} progress;

// Numbers the leaves below a node of a template from left to right, as if each were at the bottom.
static void place_in_heap(progress *progress, uint32_t tree, uint32_t depth, uint32_t nodes) {
    rank_trees *trees = progress->trees;
    const rank_trees_source *source = &trees->source;
    uint32_t places[(1 << RANK_TEMPLATE_DEPTH) - 1];
    uint32_t *heap = trees->heap + progress->heap;
    places[0] = 0;
    for (uint32_t at = 0; at < nodes; at++) {
        const rank_ordered *ordered = progress->order + at;
        heap[places[at]] = trees->predicate_of[ordered->node];
        for (uint32_t side = 0; side < 2; side++) {
            const uint32_t place = 2 * places[at] + 1 + side;
            if (ordered->child[side] >= 0) {
                places[ordered->child[side]] = place;
                continue;
            }
            const uint32_t below = depth - 1 - ordered->depth;
            // The first place of a level is one less than a power of two.
            const uint32_t number = (place + 1 - (2u << ordered->depth)) << below;
            trees->number_of[source->first_leaf[tree] + rank_leaf_child(source, ordered, (int)side)] = (uint8_t)number;
        }
    }
}

static void add_template(progress *progress, uint32_t tree, uint32_t depth, uint32_t nodes) {
    rank_trees *trees = progress->trees;
    // A tree of one leaf is a template whose only predicate holds for no value.
    depth = depth ? depth : 1;
    trees->programs[trees->program_count++] =
        (rank_program){.tree = tree, .tree_count = 1, .depth = depth, .first = progress->heap};
    trees->leaves[tree].bits = depth;
    if (nodes) {
        place_in_heap(progress, tree, depth, nodes);
    } else {
        trees->number_of[trees->source.first_leaf[tree]] = 0;
    }
    progress->heap += (1u << depth) - 1;
}

// Writes the records of a tree, whose slots start after `slot`.
static void write_records(progress *progress, uint32_t tree, uint32_t slot, uint32_t nodes, rank_record *records) {
    rank_trees *trees = progress->trees;
    const rank_trees_source *source = &trees->source;
    uint8_t bounds[RANK_THERMOMETER_LEAVES][2];
    bounds[0][0] = RANK_SLOT_ONES;
    bounds[0][1] = RANK_SLOT_ZEROS;
    for (uint32_t at = 0; at < nodes; at++) {
        const rank_ordered *ordered = progress->order + at;
        const uint8_t left = bounds[at][0];
        const uint8_t right = bounds[at][1];
        const bool is_leaf = ordered->child[0] < 0;
        const uint32_t on_left = is_leaf ? 1 : progress->order[ordered->child[0]].leaves;
        const uint32_t part = ordered->first_leaf + on_left;
        const uint8_t to = (uint8_t)(slot + part);
        records[at] = (rank_record){trees->predicate_of[ordered->node], left, right, to};
        for (uint32_t side = 0; side < 2; side++) {
            if (ordered->child[side] >= 0) {
                bounds[ordered->child[side]][0] = side ? to : left;
                bounds[ordered->child[side]][1] = side ? right : to;
            } else {
                const uint32_t number = side ? part : ordered->first_leaf;
                trees->number_of[source->first_leaf[tree] + rank_leaf_child(source, ordered, (int)side)] =
                    (uint8_t)number;
            }
        }
    }
}

// The last program where it is in thermometer form and further trees may join it.
static rank_program *open_program(rank_trees *trees) {
    rank_program *last = trees->program_count ? trees->programs + trees->program_count - 1 : NULL;
    return last && last->depth == 0 && last->record_count == 0 ? last : NULL;
}

// Brings the records of the trees of the last program into one order, so that neighbours do not wait for each other.
static void close_program(progress *progress) {
    rank_trees *trees = progress->trees;
    rank_program *program = open_program(trees);
    if (!program) {
        return;
    }
    rank_record *to = trees->records + program->first;
    for (uint32_t at = 0; at < RANK_THERMOMETER_LEAVES; at++) {
        for (uint32_t member = 0; member < program->tree_count; member++) {
            if (at + 1 < trees->leaves[program->tree + member].count) {
                *to++ = progress->waiting[member][at];
            }
        }
    }
    program->record_count = (uint32_t)(to - trees->records) - program->first;
    progress->records += program->record_count;
    progress->slots = 0;
}

static void add_thermometer(progress *progress, uint32_t tree, uint32_t nodes) {
    rank_trees *trees = progress->trees;
    rank_leaves *leaves = trees->leaves + tree;
    leaves->count = nodes + 1;
    while (nodes >> leaves->bits) {
        leaves->bits++;
    }
    const uint32_t slots = (1u << leaves->bits) - 1;
    rank_program *last = open_program(trees);
    // The last slot but one is the last that a record can name.
    const bool joins = last && last->tree_count < RANK_TREES_TOGETHER && tree % RANK_TREE_BLOCK != 0 &&
                       progress->slots + slots <= RANK_SLOTS - RANK_SLOT_TREES - 2;
    if (!joins) {
        close_program(progress);
        last = trees->programs + trees->program_count++;
        *last = (rank_program){.tree = tree, .first = progress->records};
        progress->slots = 0;
    }
    leaves->slot = RANK_SLOT_TREES + progress->slots - 1;
    write_records(progress, tree, leaves->slot, nodes, progress->waiting[last->tree_count]);
    progress->slots += slots;
    last->tree_count++;
}

bool rank_make_programs(rank_trees *trees) {
    const rank_trees_source *source = &trees->source;
    const uint32_t nodes = source->first_node[source->tree_count];
    size_t heap = 0;
    uint32_t most = 1;
    for (uint32_t tree = 0; tree < source->tree_count; tree++) {
        const uint32_t own = source->first_node[tree + 1] - source->first_node[tree];
        most = own > most ? own : most;
        const uint32_t depth = trees->depths[tree] ? trees->depths[tree] : 1;
        heap += rank_is_template(own, depth) ? (1u << depth) - 1 : 0;
    }
    trees->programs = rank_take(trees, source->tree_count, sizeof *trees->programs);
    trees->heap = rank_take(trees, heap, sizeof *trees->heap);
    trees->records = rank_take(trees, nodes, sizeof *trees->records);
    trees->number_of = calloc(source->first_leaf[source->tree_count], sizeof *trees->number_of);
    rank_record *waiting = malloc(RANK_TREES_TOGETHER * RANK_THERMOMETER_LEAVES * sizeof *waiting);
    progress progress = {.trees = trees, .order = malloc(most * sizeof *progress.order)};
    const bool has_memory =
        trees->programs && trees->heap && trees->records && trees->number_of && waiting && progress.order;
    for (uint32_t member = 0; has_memory && member < RANK_TREES_TOGETHER; member++) {
        progress.waiting[member] = waiting + member * RANK_THERMOMETER_LEAVES;
    }
    for (uint32_t tree = 0; has_memory && tree < source->tree_count; tree++) {
        const uint32_t own = source->first_node[tree + 1] - source->first_node[tree];
        if (own) {
            rank_order_tree(source, tree, progress.order);
        }
        if (rank_is_template(own, trees->depths[tree])) {
            close_program(&progress);
            add_template(&progress, tree, trees->depths[tree], own);
        } else {
            add_thermometer(&progress, tree, own);
        }
    }
    if (has_memory) {
        close_program(&progress);
    }
    free(progress.order);
    free(waiting);
    return has_memory;
}
