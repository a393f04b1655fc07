#include "walk.h"

#pragma STDC FP_CONTRACT OFF

// A feature of a row of a run.
static float feature_of(const rank_trees_source *source, const rank_trees_run *run, size_t row, uint32_t feature) {
    const char *floats = (const char *)run->rows + row * run->stride * sizeof(float);
    if (!run->query) {
        return rank_float_at(floats, feature);
    }
    uint32_t of_query = 0;
    for (uint32_t before = 0; before < feature; before++) {
        of_query += source->is_query[before];
    }
    return source->is_query[feature] ? rank_float_at(run->query, of_query)
                                     : rank_float_at(floats, feature - of_query);
}

// The leaf, counted from the first one of all, where a row leaves a tree.
static size_t exit_of(const rank_trees_source *source, const rank_trees_run *run, size_t row, uint32_t tree) {
    const uint32_t first = source->first_node[tree];
    int32_t at = source->first_node[tree + 1] > first ? 0 : ~0;
    while (at >= 0) {
        const size_t node = first + (uint32_t)at;
        const float x = feature_of(source, run, row, source->feature[node]);
        at = rank_goes_right(source, node, x) ? source->right[node] : source->left[node];
    }
    return source->first_leaf[tree] + (uint32_t)~at;
}

void rank_trees_walk(const rank_trees_source *source, const rank_trees_run *run) {
    for (size_t row = 0; row < run->count; row++) {
        float float_sum = (float)source->base;
        double double_sum = source->base;
        for (uint32_t tree = 0; tree < source->tree_count; tree++) {
            const size_t leaf = exit_of(source, run, row, tree);
            if (source->double_leaves) {
                double_sum += source->double_leaves[leaf];
            } else {
                float_sum += source->float_leaves[leaf];
            }
        }
        if (source->double_leaves) {
            run->double_margins[row] = double_sum;
        } else {
            run->float_margins[row] = float_sum;
        }
    }
}
