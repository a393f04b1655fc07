// Rows for an ensemble and their scores by the walk, with which every other path is compared.
#pragma once

#include "../checks.h"
#include "ensembles.h"

/// Rows of one ensemble. With a query, its features are not in the rows.
typedef struct sheet {
    const ensemble *ensemble;
    uint32_t count;
    float *rows;
    uint32_t width;
    float *query;
    // [count] floats or doubles.
    float *expected;
} sheet;

/// Fills `expected`.
void walk_sheet(sheet *sheet);

/// `count` rows of edge values.
sheet make_sheet(const ensemble *ensemble, uint32_t count, bool has_query, uint64_t *state);

/// Frees a sheet.
void free_sheet(sheet *sheet);

/// Scores `count` rows of a sheet from `first` on, at an address that is no float's and with floats between the rows,
/// and compares them with the walk.
void check_part(counts *counts, const rank_trees *trees, const sheet *sheet, uint32_t first, uint32_t count,
                const char *what);

/// Scores all rows of a sheet, and some parts of it, by every path of a level.
void check_sheet(counts *counts, rank_level level, const sheet *sheet, const char *name, uint64_t *state);

/// An ensemble of trees of one node each, with rows that show each wrong predicate.
void check_predicates(counts *counts, rank_level level, uint32_t thresholds);

/// An ensemble of trees of one node each about sets with few and with very large categories.
void check_long_sets(counts *counts, rank_level level);
