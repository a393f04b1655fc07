// Leaves as planes of bytes, words or double words, which a register's permutation reads.
#include "trees.h"

bool rank_make_leaves(rank_trees *trees) {
    const rank_trees_source *source = &trees->source;
    const uint32_t bytes = trees->is_double ? sizeof(double) : sizeof(float);
    size_t size = 0;
    for (uint32_t tree = 0; tree < source->tree_count; tree++) {
        rank_leaves *leaves = trees->leaves + tree;
        leaves->entries = 1u << leaves->bits;
        leaves->unit = trees->kernels->unit(leaves->entries, bytes);
        const uint32_t fewest = trees->kernels->fewest_entries(leaves->unit);
        leaves->entries = leaves->entries > fewest ? leaves->entries : fewest;
        leaves->planes = size;
        size += (size_t)leaves->entries * bytes;
    }
    trees->planes = rank_take(trees, size, 1);
    if (!trees->planes) {
        return false;
    }
    const char *values = source->double_leaves ? (const char *)source->double_leaves
                                               : (const char *)source->float_leaves;
    for (uint32_t tree = 0; tree < source->tree_count; tree++) {
        const rank_leaves *leaves = trees->leaves + tree;
        for (uint32_t leaf = source->first_leaf[tree]; leaf < source->first_leaf[tree + 1]; leaf++) {
            for (uint32_t plane = 0; plane < bytes / leaves->unit; plane++) {
                const size_t entry = (size_t)plane * leaves->entries + trees->number_of[leaf];
                memcpy(trees->planes + leaves->planes + entry * leaves->unit,
                       values + (size_t)leaf * bytes + plane * leaves->unit, leaves->unit);
            }
        }
    }
    return true;
}
