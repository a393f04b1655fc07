#include "sheets.h"

#include <math.h>
#include <stdlib.h>

#include "../model.h"
#include "../random.h"

#define SETS 5
// Each set with each side of missing values and of listed ones, and either meaning of negative fractions.
#define TREES (8 * SETS)

// The greatest category of each set: one page, the last pages that are read as pages, the first that are not.
static const uint32_t greatest[SETS] = {255, 511, 512, 1000000, 16777215};

static uint32_t *make_words(uint32_t *offsets) {
    for (uint32_t set = 0; set < SETS; set++) {
        offsets[set + 1] = offsets[set] + greatest[set] / 32 + 1;
    }
    uint32_t *words = calloc(offsets[SETS], sizeof *words);
    for (uint32_t set = 0; set < SETS; set++) {
        const uint32_t listed[] = {0, 7, greatest[set] / 2, greatest[set] - 2, greatest[set]};
        for (size_t index = 0; index < sizeof listed / sizeof *listed; index++) {
            words[offsets[set] + listed[index] / 32] |= 1u << listed[index] % 32;
        }
    }
    return words;
}

static float row_value(uint64_t *state) {
    const float edges[] = {NAN, INFINITY, -INFINITY, -0.5f, -1.0f, 0x1p24f, 0x1p31f, 0x1.fffffep31f, 0x1p32f, 7.5f};
    if (random_number(state, 0, 3) == 0) {
        return edges[random_number(state, 0, sizeof edges / sizeof *edges - 1)];
    }
    const uint32_t most = greatest[random_number(state, 0, SETS - 1)];
    const uint32_t from = random_number(state, 0, 1) ? most : most / 2;
    return (float)(from + 2) - (float)random_number(state, 0, 4);
}

void check_long_sets(counts *counts, rank_level level) {
    uint64_t state = 24;
    uint32_t offsets[SETS + 1] = {0};
    uint32_t *words = make_words(offsets);
    uint32_t first_node[TREES + 1] = {0}, first_leaf[TREES + 1] = {0}, feature[TREES] = {0}, set[TREES];
    float threshold[TREES] = {0};
    uint8_t flags[TREES];
    int32_t left[TREES], right[TREES];
    double leaves[2 * TREES];
    for (uint32_t tree = 0; tree < TREES; tree++) {
        first_node[tree + 1] = tree + 1;
        first_leaf[tree + 1] = 2 * (tree + 1);
        set[tree] = tree / 8;
        flags[tree] = RANK_NODE_CATEGORICAL;
        flags[tree] |= tree & 1 ? RANK_NODE_MISSING_RIGHT : 0;
        flags[tree] |= tree & 2 ? RANK_NODE_LISTED_LEFT : 0;
        flags[tree] |= tree & 4 ? RANK_NODE_NEGATIVE_FRACTION : 0;
        left[tree] = ~0;
        right[tree] = ~1;
        // Each side of each tree has its own bit of the sum.
        leaves[2 * tree] = 0;
        leaves[2 * tree + 1] = ldexp(1, (int)tree);
    }
    const ensemble ensemble = {.source = {
        .features = 1, .tree_count = TREES, .first_node = first_node, .first_leaf = first_leaf, .feature = feature,
        .threshold = threshold, .flags = flags, .left = left, .right = right, .set = set, .set_offsets = offsets,
        .set_words = words, .double_leaves = leaves,
    }};
    sheet sheet = {.ensemble = &ensemble, .count = 1100, .width = 1};
    sheet.rows = floats(sheet.count, false);
    for (uint32_t row = 0; row < sheet.count; row++) {
        sheet.rows[row] = row_value(&state);
    }
    walk_sheet(&sheet);
    check_sheet(counts, level, &sheet, "of long sets", &state);
    free_sheet(&sheet);
    free(words);
}
