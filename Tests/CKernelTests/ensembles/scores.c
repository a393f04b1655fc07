#include <stdio.h>

#include "../random.h"
#include "sheets.h"

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

void check_trees(counts *counts, rank_level level, uint32_t shapes) {
    // One leaf; templates of each depth; thermometers of each width, alone and mixed; many thresholds in a column;
    // trees too large for words; trees in many pieces, some of them cut for their depth, some of over 64 columns.
    const forest fixed[] = {
        {3, 1, 1, true, true, 3, false, false, false, false},
        {7, 40, 2, true, true, 5, false, false, true, false},
        {5, 20, 4, true, true, 40, false, true, false, false},
        {63, 30, 64, true, true, 100, true, true, false, false},
        {17, 9, 256, true, true, 400, false, false, true, false},
        {33, 21, 128, false, true, 60, true, false, false, false},
        {63, 37, 31, true, false, 130, true, true, true, false},
        {16, 18, 63, true, false, 255, false, true, true, false},
        {40, 7, 127, false, false, 20, true, false, true, false},
        {9, 6, 255, true, false, 900, true, true, true, false},
        {20, 17, 100, false, false, 16, true, true, false, false},
        {4, 3, 700, true, false, 2000, true, false, true, false},
        {2, 5, 300, false, true, 300, false, true, false, false},
        {1, 35, 30, false, false, 254, true, false, false, false},
        {45, 12, 300, true, false, 60, false, false, true, false},
        {45, 70, 90, true, false, 60, false, true, false, false},
        {12, 3, 63, true, false, 30, true, false, true, true},
        {20, 3, 400, true, false, 60, false, true, false, true},
    };
    const uint32_t fixed_count = sizeof fixed / sizeof *fixed;
    check_counts(counts, level, shapes > 2 ? 1 : 97);
    check_predicates(counts, level, 7);
    check_predicates(counts, level, 100);
    check_predicates(counts, level, 300);
    check_long_sets(counts, level);
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
            check_sheet(counts, level, &sheet, name, &state);
            free_sheet(&sheet);
        }
        free_ensemble(&ensemble);
    }
}
