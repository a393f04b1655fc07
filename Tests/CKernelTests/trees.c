#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "ensembles.h"
#include "model.h"
#include "random.h"

/// A compiled form and its name.
typedef struct variant {
    const char *name;
    rank_trees_path path;
    bool is_basic;
} variant;

static const variant variants[] = {
    {"rows", RANK_TREES_ROWS, false},
    {"rows, basic", RANK_TREES_ROWS, true},
    {"sliced", RANK_TREES_SLICED, false},
    {"sliced, basic", RANK_TREES_SLICED, true},
    {"auto", RANK_TREES_AUTO, false},
};

#define VARIANT_COUNT (sizeof variants / sizeof *variants)

/// Rows, with and without the query's features apart, and their scores by the walk.
typedef struct sheet {
    const ensemble *ensemble;
    uint32_t count;
    float *rows;
    uint32_t width;
    float *query;
    // [count] floats or doubles.
    float *expected;
} sheet;

static size_t size_of_score(const ensemble *ensemble) {
    return ensemble->source.double_leaves ? sizeof(double) : sizeof(float);
}

static void set_margins(const ensemble *ensemble, rank_trees_run *run, void *margins) {
    run->double_margins = ensemble->source.double_leaves ? margins : NULL;
    run->float_margins = ensemble->source.double_leaves ? NULL : margins;
}

static void walk_sheet(sheet *sheet) {
    sheet->expected = floats(2 * (size_t)sheet->count, false);
    rank_trees_run run = {.rows = sheet->rows, .stride = sheet->width, .query = sheet->query, .count = sheet->count};
    set_margins(sheet->ensemble, &run, sheet->expected);
    rank_trees_walk(&sheet->ensemble->source, &run);
}

static sheet make_sheet(const ensemble *ensemble, uint32_t count, bool has_query, uint64_t *state) {
    const uint32_t features = ensemble->source.features;
    sheet sheet = {.ensemble = ensemble, .count = count, .width = features};
    if (has_query) {
        sheet.width = features - ensemble->query_count;
        sheet.query = floats(ensemble->query_count, false);
    }
    sheet.rows = floats((size_t)count * sheet.width, false);
    uint32_t of_query = 0;
    uint32_t of_row = 0;
    for (uint32_t feature = 0; feature < features; feature++) {
        if (has_query && ensemble->source.is_query[feature]) {
            sheet.query[of_query++] = edge_value(ensemble, feature, state);
            continue;
        }
        for (uint32_t row = 0; row < count; row++) {
            sheet.rows[row * sheet.width + of_row] = edge_value(ensemble, feature, state);
        }
        of_row++;
    }
    walk_sheet(&sheet);
    return sheet;
}

static void free_sheet(sheet *sheet) {
    free(sheet->rows);
    free(sheet->query);
    free(sheet->expected);
}

// Scores `count` rows of a sheet from `first` on, at an address that is no float's and with floats between the rows,
// and compares them with the walk.
static void check_part(counts *counts, const rank_trees *trees, const sheet *sheet, uint32_t first, uint32_t count,
                       const char *what) {
    const size_t size = size_of_score(sheet->ensemble);
    const uint32_t gap = first % 3;
    const size_t stride = sheet->width + gap;
    // Exactly as long as needed: a sanitizer sees an access past the end.
    const size_t row_bytes = (stride * (count - 1) + sheet->width) * sizeof(float);
    const size_t query_bytes = sheet->query ? sheet->ensemble->query_count * sizeof(float) : 0;
    char *rows = malloc(row_bytes + 1);
    char *query = malloc(query_bytes + 1);
    char *margins = malloc(count * size);
    float *scratch = floats(rank_trees_scratch_bytes(trees) / sizeof(float) + 1, true);
    memset(scratch, 0xa5, rank_trees_scratch_bytes(trees));
    for (uint32_t row = 0; row < count; row++) {
        memcpy(rows + 1 + row * stride * sizeof(float), sheet->rows + (size_t)(first + row) * sheet->width,
               sheet->width * sizeof(float));
    }
    if (sheet->query) {
        memcpy(query + 1, sheet->query, query_bytes);
    }
    rank_trees_run run = {
        .rows = rows + 1,
        .stride = stride,
        .query = sheet->query ? query + 1 : NULL,
        .count = count,
        .scratch = scratch,
    };
    set_margins(sheet->ensemble, &run, margins);
    rank_trees_score(trees, &run);
    uint32_t wrong = 0;
    uint32_t last = 0;
    for (uint32_t row = 0; row < count; row++) {
        const bool differs = memcmp(margins + row * size, (char *)sheet->expected + (first + row) * size, size) != 0;
        wrong += differs;
        last = differs ? row : last;
    }
    EXPECT(counts, wrong == 0, "%s: %u of %u rows from %u on differ from the walk, such as %u\n", what, wrong, count,
           first, last);
    free(rows);
    free(query);
    free(margins);
    free(scratch);
}

static void check_ensemble(counts *counts, rank_level level, const ensemble *ensemble, const sheet *sheet,
                           const char *name, uint64_t *state) {
    for (size_t index = 0; index < VARIANT_COUNT; index++) {
        const variant *variant = variants + index;
        const rank_trees_plan plan = {.level = level, .path = variant->path, .is_basic = variant->is_basic};
        rank_trees *trees = rank_trees_make(&ensemble->source, &plan);
        const rank_trees_shape shape = rank_trees_shape_of(trees);
        char what[128];
        snprintf(what, sizeof what, "%s, trees %s, %s", rank_level_name(level), name, variant->name);
        EXPECT(counts, !shape.is_sliced || shape.rows >= 128, "%s: %u rows at a time\n", what, shape.rows);
        check_part(counts, trees, sheet, 0, sheet->count, what);
        for (int part = 0; part < 3; part++) {
            const uint32_t first = random_number(state, 0, sheet->count - 1);
            check_part(counts, trees, sheet, first, random_number(state, 1, sheet->count - first), what);
        }
        check_part(counts, trees, sheet, random_number(state, 0, sheet->count - 1), 1, what);
        rank_trees_free(trees);
    }
}

// Each number of rows up to more than two words of the widest instruction set.
static void check_counts(counts *counts, rank_level level, uint32_t step) {
    uint64_t state = 5;
    const forest forest = {.features = 5, .trees = 3, .most_leaves = 9, .thresholds = 6};
    ensemble ensemble = make_ensemble(&forest, &state);
    sheet sheet = make_sheet(&ensemble, 1200, false, &state);
    const rank_trees_plan plan = {.level = level, .path = RANK_TREES_SLICED};
    rank_trees *trees = rank_trees_make(&ensemble.source, &plan);
    for (uint32_t count = 1; count <= sheet.count; count += step) {
        check_part(counts, trees, &sheet, (sheet.count - count) / 2, count, "trees, each count");
    }
    rank_trees_free(trees);
    free_sheet(&sheet);
    free_ensemble(&ensemble);
}

#define STUMP_THRESHOLDS 300
#define STUMPS (2 * STUMP_THRESHOLDS + 4)

// A tree with one node for each threshold, or none, and each side of missing values, and rows with each threshold, its
// neighbours and NaN: a wrong predicate changes a score, which the walk of the ensemble with that predicate changed
// proves. Half of the thresholds are those of zeros that are missing.
static void check_predicates(counts *counts, rank_level level, uint32_t thresholds) {
    uint32_t first[STUMPS + 1];
    uint32_t first_leaf[STUMPS + 1];
    uint32_t feature[STUMPS] = {0};
    float threshold[STUMPS];
    uint8_t flags[STUMPS];
    int32_t left[STUMPS];
    int32_t right[STUMPS];
    double leaves[2 * STUMPS];
    uint64_t state = thresholds;
    const uint32_t stumps = 2 * thresholds + 4;
    ensemble ensemble = {.source = {1, stumps, first, first_leaf, feature, threshold, flags, left, right, NULL, NULL,
                                    NULL, NULL, leaves, 0.25, NULL}};
    const uint32_t kinds[] = {0, RANK_NODE_MISSING_RIGHT};
    for (uint32_t stump = 0; stump < stumps; stump++) {
        const uint32_t number = stump / 2;
        threshold[stump] = number < thresholds ? (float)number - (float)(thresholds / 2) : 0;
        flags[stump] = (uint8_t)kinds[stump % 2];
        // Thresholds that divide by 3 are asked of both kinds of zeros: not one number of thresholds for both.
        flags[stump] |= number % 3 == 0 ? RANK_NODE_ZERO_IS_MISSING : 0;
        flags[stump] |= number >= thresholds ? RANK_NODE_NEVER : 0;
        left[stump] = ~0;
        right[stump] = ~1;
    }
    for (uint32_t stump = 0; stump <= stumps; stump++) {
        first[stump] = stump;
        first_leaf[stump] = 2 * stump;
    }
    for (uint32_t leaf = 0; leaf < 2 * stumps; leaf++) {
        leaves[leaf] = ldexp(random_float(&state, 1.0f), -(int)(leaf % 7));
    }
    sheet sheet = {.ensemble = &ensemble, .count = 3 * thresholds + 6, .width = 1};
    sheet.rows = floats(sheet.count, false);
    const float edges[] = {NAN, INFINITY, -INFINITY, 1e-35f, -0.0f, 0.0f};
    for (uint32_t row = 0; row < sheet.count; row++) {
        const float value = (float)(row / 3) - (float)(thresholds / 2);
        const float neighbours[] = {value, nextafterf(value, -INFINITY), nextafterf(value, INFINITY)};
        sheet.rows[row] = row < 3 * thresholds ? neighbours[row % 3] : edges[row - 3 * thresholds];
    }
    walk_sheet(&sheet);
    check_ensemble(counts, level, &ensemble, &sheet, "of one node", &state);
    for (uint32_t stump = 0; level == RANK_LEVEL_SCALAR && stump < stumps; stump++) {
        rank_trees_source one = ensemble.source;
        one.tree_count = 1;
        one.first_node = first + stump;
        one.first_leaf = first_leaf + stump;
        double *before = (double *)(void *)floats(2 * (size_t)sheet.count, true);
        double *after = (double *)(void *)floats(2 * (size_t)sheet.count, true);
        const rank_trees_run run = {.rows = sheet.rows, .stride = 1, .count = sheet.count, .double_margins = before};
        rank_trees_run changed = run;
        changed.double_margins = after;
        rank_trees_walk(&one, &run);
        for (int change = 0; change < 3; change++) {
            const float was = threshold[stump];
            const uint8_t had = flags[stump];
            if (change == 0) {
                flags[stump] ^= RANK_NODE_MISSING_RIGHT;
            } else if (!(had & RANK_NODE_NEVER)) {
                threshold[stump] = nextafterf(was, change == 1 ? INFINITY : -INFINITY);
            } else {
                flags[stump] ^= RANK_NODE_NEVER;
            }
            rank_trees_walk(&one, &changed);
            // No value is between a zero that is missing and the threshold 0.
            const bool is_same = was == 0 && change && had & RANK_NODE_ZERO_IS_MISSING && !(had & RANK_NODE_NEVER);
            EXPECT(counts, is_same || memcmp(before, after, sheet.count * sizeof(double)) != 0,
                   "no row shows that predicate %u of %u is wrong\n", stump, stumps);
            threshold[stump] = was;
            flags[stump] = had;
        }
        free(before);
        free(after);
    }
    free(sheet.rows);
    free(sheet.expected);
}

void check_trees(counts *counts, rank_level level, uint32_t shapes) {
    // One leaf; templates of each depth; thermometers of each width, alone and mixed; many thresholds in a column; trees
    // too large for words.
    const forest fixed[] = {
        {3, 1, 1, true, true, 3, false, false, false},     {7, 40, 2, true, true, 5, false, false, true},
        {5, 20, 4, true, true, 40, false, true, false},    {63, 30, 64, true, true, 100, true, true, false},
        {17, 9, 256, true, true, 400, false, false, true}, {33, 21, 128, false, true, 60, true, false, false},
        {63, 37, 31, true, false, 130, true, true, true},  {16, 18, 63, true, false, 255, false, true, true},
        {40, 7, 127, false, false, 20, true, false, true}, {9, 6, 255, true, false, 900, true, true, true},
        {20, 17, 100, false, false, 16, true, true, false}, {4, 3, 700, true, false, 2000, true, false, true},
        {2, 5, 300, false, true, 300, false, true, false},  {1, 35, 30, false, false, 254, true, false, false},
    };
    const uint32_t fixed_count = sizeof fixed / sizeof *fixed;
    check_counts(counts, level, shapes > 2 ? 1 : 97);
    check_predicates(counts, level, 7);
    check_predicates(counts, level, 100);
    check_predicates(counts, level, STUMP_THRESHOLDS);
    for (uint32_t number = 0; number < fixed_count + shapes; number++) {
        uint64_t state = 1000 + number;
        forest forest = number < fixed_count ? fixed[number] : (struct forest){
            .features = random_number(&state, 1, 80),
            .trees = random_number(&state, 1, 40),
            .most_leaves = random_number(&state, 1, random_number(&state, 0, 1) ? 255 : 40),
            .is_even = random_number(&state, 0, 1),
            .is_level_wise = random_number(&state, 0, 1),
            .thresholds = random_number(&state, 1, 300),
            .has_categories = random_number(&state, 0, 1),
            .has_query = random_number(&state, 0, 1),
            .is_double = random_number(&state, 0, 1),
        };
        ensemble ensemble = make_ensemble(&forest, &state);
        char name[32];
        for (int has_query = 0; has_query <= forest.has_query; has_query++) {
            snprintf(name, sizeof name, "%u%s", number, has_query ? " with a query" : "");
            sheet sheet = make_sheet(&ensemble, random_number(&state, 1, 700), has_query, &state);
            check_ensemble(counts, level, &ensemble, &sheet, name, &state);
            free_sheet(&sheet);
        }
        free_ensemble(&ensemble);
    }
}
