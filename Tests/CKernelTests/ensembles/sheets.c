#include "sheets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model.h"
#include "../random.h"

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

static size_t size_of_score(const ensemble *ensemble) {
    return ensemble->source.double_leaves ? sizeof(double) : sizeof(float);
}

static void set_margins(const ensemble *ensemble, rank_trees_run *run, void *margins) {
    run->double_margins = ensemble->source.double_leaves ? margins : NULL;
    run->float_margins = ensemble->source.double_leaves ? NULL : margins;
}

void walk_sheet(sheet *sheet) {
    sheet->expected = floats(2 * (size_t)sheet->count, false);
    rank_trees_run run = {.rows = sheet->rows, .stride = sheet->width, .query = sheet->query, .count = sheet->count};
    set_margins(sheet->ensemble, &run, sheet->expected);
    rank_trees_walk(&sheet->ensemble->source, &run);
}

sheet make_sheet(const ensemble *ensemble, uint32_t count, bool has_query, uint64_t *state) {
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

void free_sheet(sheet *sheet) {
    free(sheet->rows);
    free(sheet->query);
    free(sheet->expected);
}

void check_part(counts *counts, const rank_trees *trees, const sheet *sheet, uint32_t first, uint32_t count,
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

void check_sheet(counts *counts, rank_level level, const sheet *sheet, const char *name, uint64_t *state) {
    for (size_t index = 0; index < VARIANT_COUNT; index++) {
        const variant *variant = variants + index;
        const rank_trees_plan plan = {.level = level, .path = variant->path, .is_basic = variant->is_basic};
        rank_trees *trees = rank_trees_make(&sheet->ensemble->source, &plan);
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

