// The sliced score of a run: for each block of rows the words of all predicates, then block by block of trees the
// leaves' numbers, then the leaves.
#pragma once

#include "bits.h"
#include "categories.h"

// Sets the sums of a block of rows to the base.
TARGET static void start_sums(const rank_trees *trees, void *sums) {
    for (size_t row = 0; row < WORD_ROWS; row++) {
        if (trees->is_double) {
            ((double *)sums)[row] = trees->source.base;
        } else {
            ((float *)sums)[row] = (float)trees->source.base;
        }
    }
}

// Writes the sums of the first `count` rows of a block in the order of the rows.
INLINE void write_sums(const void *sums, size_t count, void *margins, const size_t size) {
    const size_t of_lane = 16 / size;
    for (size_t word = 0; word * WORD_BYTES < count; word++) {
        for (size_t vector = 0; vector < size; vector++) {
            for (size_t lane = 0; lane < LANES; lane++) {
                for (size_t index = 0; index < of_lane; index++) {
                    const size_t row = word * WORD_BYTES + 16 * lane + ROW_OF_SUM(of_lane, vector, index);
                    const size_t place = word * WORD_BYTES + (vector * LANES + lane) * of_lane + index;
                    if (row < count) {
                        memcpy((char *)margins + row * size, (const char *)sums + place * size, size);
                    }
                }
            }
        }
    }
}

TARGET static void score_block(const rank_trees *trees, const block *block, const rank_sliced_scratch *at,
                               char *scratch, void *margins) {
    const word *table = (const word *)(scratch + at->table);
    word *slots = (word *)(scratch + at->slots);
    uint8_t *numbers = (uint8_t *)(scratch + at->numbers);
    void *sums = scratch + at->sums;
    block_masks(trees, block, at, scratch);
    block_categories(trees, block, (uint8_t *)(scratch + at->ranks), (word *)(scratch + at->table));
    start_sums(trees, sums);
    const word none = {0};
    slots[RANK_SLOT_ONES] = ~none;
    slots[RANK_SLOT_ZEROS] = none;
    const rank_program *program = trees->programs;
    for (uint32_t tree = 0; tree < trees->source.tree_count; tree += RANK_TREE_BLOCK) {
        const uint32_t left = trees->source.tree_count - tree;
        const uint32_t count = left < RANK_TREE_BLOCK ? left : RANK_TREE_BLOCK;
        for (; program < trees->programs + trees->program_count && program->tree < tree + count; program++) {
            uint8_t *to = numbers + (size_t)(program->tree - tree) * WORD_ROWS;
            if (program->depth) {
                templates[program->depth](table, trees->heap + program->first, to);
            } else {
                run_thermometer(trees, program, table, slots, to);
            }
        }
        for (size_t first = 0; first < block->count; first += WORD_BYTES) {
            if (trees->is_double) {
                add_doubles(trees, tree, count, numbers + first, (double *)sums + first);
            } else {
                add_floats(trees, tree, count, numbers + first, (float *)sums + first);
            }
        }
    }
    if (trees->is_double) {
        write_sums(sums, block->count, margins, sizeof(double));
    } else {
        write_sums(sums, block->count, margins, sizeof(float));
    }
}

TARGET static void score_sliced(const rank_trees *trees, const rank_trees_run *run) {
    const rank_sliced_scratch at = rank_sliced_scratch_of(trees, WORD_BYTES);
    const size_t size = trees->is_double ? sizeof(double) : sizeof(float);
    char *margins = trees->is_double ? (char *)run->double_margins : (char *)run->float_margins;
    query_masks(trees, run->query, (word *)((char *)run->scratch + at.table));
    for (size_t done = 0; done < run->count; done += WORD_ROWS) {
        const block block = {
            .rows = (const char *)run->rows + done * run->stride * sizeof(float),
            .stride = run->stride * sizeof(float),
            .count = run->count - done < WORD_ROWS ? run->count - done : WORD_ROWS,
            .width = trees->source.features - (run->query ? trees->query_count : 0),
            .has_query = run->query != NULL,
        };
        score_block(trees, &block, &at, run->scratch, margins + done * size);
    }
}

#define SLICED_KERNELS                                                                                                 \
    .word_bytes = WORD_BYTES, .fewest_entries = fewest_leaf_entries, .unit = leaf_unit, .score = score_sliced
