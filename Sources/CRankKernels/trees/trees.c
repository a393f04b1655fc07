#include "../isa/isa.h"
#include "order.h"
#include "scratch.h"
#include "walk.h"

#include <stdlib.h>

void *rank_take(rank_trees *trees, size_t count, size_t size) {
    void *memory = NULL;
    size_t bytes = 0;
    if (trees->taken_count == RANK_TREES_TAKEN || __builtin_mul_overflow(count, size, &bytes) ||
        bytes > SIZE_MAX - 64) {
        return NULL;
    }
    bytes = (bytes + 64) / 64 * 64;
    if (posix_memalign(&memory, 64, bytes) != 0) {
        return NULL;
    }
    memset(memory, 0, bytes);
    trees->taken[trees->taken_count++] = memory;
    trees->shape.bytes += bytes;
    return memory;
}

static bool make_depths(rank_trees *trees) {
    const rank_trees_source *source = &trees->source;
    uint32_t most = 1;
    for (uint32_t tree = 0; tree < source->tree_count; tree++) {
        const uint32_t nodes = source->first_node[tree + 1] - source->first_node[tree];
        most = nodes > most ? nodes : most;
    }
    trees->depths = rank_take(trees, source->tree_count, sizeof *trees->depths);
    rank_ordered *order = malloc(most * sizeof *order);
    for (uint32_t tree = 0; trees->depths && order && tree < source->tree_count; tree++) {
        if (source->first_node[tree + 1] > source->first_node[tree]) {
            const uint32_t nodes = rank_order_tree(source, tree, order);
            trees->depths[tree] = order[nodes - 1].depth + 1;
            trees->shape.depth = trees->depths[tree] > trees->shape.depth ? trees->depths[tree] : trees->shape.depth;
        }
    }
    const bool has_memory = trees->depths && order;
    free(order);
    return has_memory;
}

// Whether each leaf number is a byte.
static bool can_slice(const rank_trees *trees) {
    const rank_trees_source *source = &trees->source;
    for (uint32_t tree = 0; tree < source->tree_count; tree++) {
        const uint32_t nodes = source->first_node[tree + 1] - source->first_node[tree];
        if (nodes >= RANK_THERMOMETER_LEAVES && !rank_is_template(nodes, trees->depths[tree])) {
            return false;
        }
    }
    return true;
}

// The kernels of a level; NULL for those that have none.
static const rank_tree_kernels *kernels_of(const rank_trees_plan *plan) {
    const rank_tree_kernels *kernels = rank_isa_of(plan->level)->trees;
    while (kernels && kernels->basic && (plan->is_basic || !kernels->is_supported())) {
        kernels = kernels->basic;
    }
    return kernels;
}

// What a word of rows takes, and a row by itself: both were measured, in tenths of a cycle of a Zen 4 with AVX-512.
// Narrower words take about as long for as many rows as they have.
static uint64_t category_work(const rank_trees *trees) {
    uint64_t work = 0;
    uint32_t most_pages = 0;
    for (uint32_t index = 0; index < trees->category_count; index++) {
        const rank_category *category = trees->categories + index;
        if (index == 0 || category->place.feature != category[-1].place.feature) {
            // The categories of the rows.
            work += 47000;
            most_pages = 0;
        }
        const uint32_t words = rank_set_words(&trees->source, category->set);
        if (words > RANK_PAGED_WORDS) {
            work += 12000;
            continue;
        }
        const uint32_t pages = (words + 7) / 8;
        work += 1500 * pages;
        for (; most_pages < pages; most_pages++) {
            work += 30 * trees->shape.rows;
        }
    }
    return work;
}

static uint64_t word_work(const rank_trees *trees) {
    uint64_t work = 55 * (uint64_t)trees->shape.predicates + category_work(trees);
    for (uint32_t index = 0; index < trees->program_count; index++) {
        const rank_program *program = trees->programs + index;
        work += program->depth ? 25 * ((1u << program->depth) - 1) : 95 * (uint64_t)program->record_count;
    }
    return work;
}

static uint64_t row_work(const rank_trees *trees) {
    const rank_pieces *pieces = &trees->pieces;
    const uint64_t tree_count = trees->source.tree_count;
    if (pieces->width) {
        const uint64_t columns = 90 * (uint64_t)(trees->column_count + trees->category_count);
        if (pieces->is_cut) {
            return columns + (uint64_t)(170 * pieces->passed);
        }
        return columns + 30 * tree_count * pieces->width / RANK_UNIT_LANES + (trees->is_double ? 60 : 20) * tree_count;
    }
    return rank_keys_work(trees);
}

// The number of rows from which on a word of rows is faster than one row after the other.
static uint32_t fewest_rows(const rank_trees *trees) {
    const uint64_t fewest = word_work(trees) / (row_work(trees) + 1) + 1;
    return fewest < trees->shape.rows ? (uint32_t)fewest : trees->shape.rows;
}

static bool compile(rank_trees *trees) {
    const rank_tree_kernels *kernels = kernels_of(&trees->plan);
    if (!kernels) {
        return true;
    }
    trees->row_kernels = kernels;
    if (!make_depths(trees) || !rank_make_predicates(trees) || (kernels->score_pieces && !rank_make_pieces(trees))) {
        return false;
    }
    if (!trees->pieces.width && !rank_make_key_nodes(trees)) {
        return false;
    }
    if (trees->plan.path == RANK_TREES_ROWS || !can_slice(trees)) {
        return true;
    }
    trees->kernels = kernels;
    trees->leaves = rank_take(trees, trees->source.tree_count, sizeof *trees->leaves);
    if (!trees->leaves || !rank_make_programs(trees) || !rank_make_leaves(trees)) {
        return false;
    }
    trees->shape.is_sliced = true;
    trees->shape.rows = 8 * kernels->word_bytes;
    trees->shape.fewest_rows = trees->plan.path == RANK_TREES_SLICED ? 1 : fewest_rows(trees);
    return true;
}

rank_trees *rank_trees_make(const rank_trees_source *source, const rank_trees_plan *plan) {
    rank_trees *trees = calloc(1, sizeof *trees);
    if (!trees) {
        return NULL;
    }
    *trees = (rank_trees){
        .source = *source,
        .plan = *plan,
        .shape = {.rows = 1, .bytes = sizeof *trees},
        .is_double = source->double_leaves != NULL,
    };
    for (uint32_t feature = 0; source->is_query && feature < source->features; feature++) {
        trees->query_count += source->is_query[feature];
    }
    const bool has_memory = compile(trees);
    free(trees->predicate_of);
    free(trees->key_column_of);
    free(trees->number_of);
    if (!has_memory) {
        rank_trees_free(trees);
        return NULL;
    }
    return trees;
}

void rank_trees_free(rank_trees *trees) {
    for (uint32_t index = 0; trees && index < trees->taken_count; index++) {
        free(trees->taken[index]);
    }
    free(trees);
}

rank_trees_shape rank_trees_shape_of(const rank_trees *trees) {
    return trees->shape;
}

size_t rank_trees_scratch_bytes(const rank_trees *trees) {
    const size_t rows = rank_rows_scratch_bytes(trees);
    const size_t sliced = trees->kernels ? rank_sliced_scratch_of(trees, trees->kernels->word_bytes).end : 0;
    return sliced > rows ? sliced : rows;
}

void rank_trees_score(const rank_trees *trees, const rank_trees_run *run) {
    // The rows of the last word, if they are few, are scored by themselves.
    size_t sliced = run->count;
    if (!trees->kernels || sliced % trees->shape.rows < trees->shape.fewest_rows) {
        sliced -= trees->kernels ? sliced % trees->shape.rows : sliced;
    }
    if (sliced > 0) {
        const rank_trees_run part = rank_part_of(run, 0, sliced);
        trees->kernels->score(trees, &part);
    }
    if (sliced < run->count) {
        const rank_trees_run part = rank_part_of(run, sliced, run->count - sliced);
        rank_score_rows(trees, &part);
    }
}
