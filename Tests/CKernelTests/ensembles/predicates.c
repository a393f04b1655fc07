#include "sheets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model.h"
#include "../random.h"

#define MOST_STUMPS 604

/// Trees of one node each, for each threshold and side of missing values, and for no threshold.
typedef struct stumps {
    uint32_t count;
    uint32_t first_node[MOST_STUMPS + 1];
    uint32_t first_leaf[MOST_STUMPS + 1];
    uint32_t feature[MOST_STUMPS];
    float threshold[MOST_STUMPS];
    uint8_t flags[MOST_STUMPS];
    int32_t left[MOST_STUMPS];
    int32_t right[MOST_STUMPS];
    double leaves[2 * MOST_STUMPS];
} stumps;

static float value_of(uint32_t thresholds, uint32_t number) {
    return (float)number - (float)(thresholds / 2);
}

static void make_stumps(stumps *stumps, uint32_t thresholds, uint64_t *state) {
    stumps->count = 2 * thresholds + 4;
    for (uint32_t stump = 0; stump < stumps->count; stump++) {
        const uint32_t number = stump / 2;
        uint8_t flags = stump % 2 ? RANK_NODE_MISSING_RIGHT : 0;
        // Both kinds of columns, with different numbers of thresholds.
        flags |= number % 3 == 0 ? RANK_NODE_ZERO_IS_MISSING : 0;
        flags |= number >= thresholds ? RANK_NODE_NEVER : 0;
        stumps->threshold[stump] = number < thresholds ? value_of(thresholds, number) : 0;
        stumps->flags[stump] = flags;
        stumps->left[stump] = ~0;
        stumps->right[stump] = ~1;
        stumps->first_node[stump + 1] = stump + 1;
        stumps->first_leaf[stump + 1] = 2 * (stump + 1);
        for (uint32_t leaf = 2 * stump; leaf < 2 * stump + 2; leaf++) {
            stumps->leaves[leaf] = ldexp(random_float(state, 1.0f), -(int)(leaf % 7));
        }
    }
}

// Each threshold with its neighbours, and every value that is special.
static void make_rows(sheet *sheet, uint32_t thresholds) {
    const float edges[] = {NAN, INFINITY, -INFINITY, 1e-35f, -0.0f, 0.0f};
    sheet->count = 3 * thresholds + 6;
    sheet->width = 1;
    sheet->rows = floats(sheet->count, false);
    for (uint32_t row = 0; row < sheet->count; row++) {
        const float value = value_of(thresholds, row / 3);
        const float neighbours[] = {value, nextafterf(value, -INFINITY), nextafterf(value, INFINITY)};
        sheet->rows[row] = row < 3 * thresholds ? neighbours[row % 3] : edges[row - 3 * thresholds];
    }
}

// The scores of one stump alone.
static void walk_stump(const rank_trees_source *source, uint32_t stump, const sheet *sheet, double *margins) {
    rank_trees_source one = *source;
    one.tree_count = 1;
    one.first_node += stump;
    one.first_leaf += stump;
    const rank_trees_run run = {
        .rows = sheet->rows, .stride = 1, .count = sheet->count, .double_margins = margins};
    rank_trees_walk(&one, &run);
}

// The rows show each predicate that is wrong: with a threshold moved to its neighbour, or missing values on the other
// side, some score of the walk changes.
static void check_rows(counts *counts, stumps *stumps, const sheet *sheet) {
    const size_t size = sheet->count * sizeof(double);
    double *before = malloc(size);
    double *after = malloc(size);
    for (uint32_t stump = 0; stump < stumps->count; stump++) {
        const float threshold = stumps->threshold[stump];
        const uint8_t flags = stumps->flags[stump];
        const bool never = flags & RANK_NODE_NEVER;
        walk_stump(&sheet->ensemble->source, stump, sheet, before);
        for (int change = 0; change < 3; change++) {
            stumps->flags[stump] ^= change == 0 ? RANK_NODE_MISSING_RIGHT : never ? RANK_NODE_NEVER : 0;
            if (change > 0) {
                stumps->threshold[stump] = nextafterf(threshold, change == 1 ? INFINITY : -INFINITY);
            }
            walk_stump(&sheet->ensemble->source, stump, sheet, after);
            // Zero and its neighbours are missing where zeros are: moving that threshold means nothing.
            const bool is_same = change > 0 && !never && threshold == 0 && (flags & RANK_NODE_ZERO_IS_MISSING);
            EXPECT(counts, is_same || memcmp(before, after, size) != 0,
                   "no row shows that predicate %u of %u is wrong\n", stump, stumps->count);
            stumps->threshold[stump] = threshold;
            stumps->flags[stump] = flags;
        }
    }
    free(before);
    free(after);
}

void check_predicates(counts *counts, rank_level level, uint32_t thresholds) {
    uint64_t state = thresholds;
    stumps *stumps = calloc(1, sizeof *stumps);
    make_stumps(stumps, thresholds, &state);
    const ensemble ensemble = {.source = {
        .features = 1,
        .tree_count = stumps->count,
        .first_node = stumps->first_node,
        .first_leaf = stumps->first_leaf,
        .feature = stumps->feature,
        .threshold = stumps->threshold,
        .flags = stumps->flags,
        .left = stumps->left,
        .right = stumps->right,
        .double_leaves = stumps->leaves,
        .base = 0.25,
    }};
    sheet sheet = {.ensemble = &ensemble};
    make_rows(&sheet, thresholds);
    walk_sheet(&sheet);
    check_sheet(counts, level, &sheet, "of one node", &state);
    if (level == RANK_LEVEL_SCALAR) {
        check_rows(counts, stumps, &sheet);
    }
    free_sheet(&sheet);
    free(stumps);
}
