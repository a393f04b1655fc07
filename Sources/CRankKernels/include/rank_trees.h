// Scoring rows by an ensemble of decision trees. Every function gives the same bits, those of `rank_trees_walk`.
//
// No function checks a node: the caller does. Any number of threads may read one compiled ensemble at a time; each
// needs scratch of its own. Only `rank_trees_make` allocates.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rank_cpu.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The flags of a node; x is the row's value of the node's feature.
enum {
    /// The node asks whether the category trunc(x) is listed in a set: a listed one goes right. Without this flag the
    /// node asks whether x >= threshold: it goes right then.
    RANK_NODE_CATEGORICAL = 1,
    /// A missing value goes right instead of left. NaN is missing.
    RANK_NODE_MISSING_RIGHT = 2,
    /// |x| <= 1e-35f is missing, too. Not with RANK_NODE_CATEGORICAL.
    RANK_NODE_ZERO_IS_MISSING = 4,
    /// No value goes right but a missing one. Not with RANK_NODE_CATEGORICAL.
    RANK_NODE_NEVER = 8,
    /// A listed category goes left, an unlisted one right.
    RANK_NODE_LISTED_LEFT = 16,
    /// -1 < x < 0 is category 0. Without this flag no x < 0 is listed.
    RANK_NODE_NEGATIVE_FRACTION = 32,
};

/// An ensemble as a model file has it. Each tree is acyclic and reaches each of its nodes and leaves exactly once.
typedef struct rank_trees_source {
    /// Columns of a row, at least 1.
    uint32_t features;
    /// At least 1.
    uint32_t tree_count;
    /// [tree_count + 1]: the first node of each tree; a tree of one leaf has none.
    const uint32_t *first_node;
    /// [tree_count + 1]: the first leaf of each tree.
    const uint32_t *first_leaf;
    // The nodes, [first_node[tree_count]].
    const uint32_t *feature;
    /// Never NaN.
    const float *threshold;
    const uint8_t *flags;
    /// A child >= 0 is a node of the tree, counted from the tree's first one; a child c < 0 is the tree's leaf ~c.
    const int32_t *left;
    const int32_t *right;
    /// The sets of categorical nodes; NULL where there are no categorical nodes.
    const uint32_t *set;
    /// [sets + 1]: the first word of each set. Category c is listed where bit c % 32 of word c / 32 is set.
    /// A set has at most 2^24 words.
    const uint32_t *set_offsets;
    const uint32_t *set_words;
    /// The leaves, [first_leaf[tree_count]], finite: one of the two, the other is NULL. Sums are float or double alike.
    const float *float_leaves;
    const double *double_leaves;
    /// What sums start from; a float where the sums are floats.
    double base;
    /// [features]: columns that a run may give once for all of its rows; NULL where there are none.
    const bool *is_query;
} rank_trees_source;

/// Rows to score.
typedef struct rank_trees_run {
    /// [count][stride] floats of any alignment, bytes included. A row is the ensemble's features, with `query` those
    /// that are not of the query, in ascending order.
    const void *rows;
    /// Floats from a row to the next one.
    size_t stride;
    /// The query's features, in ascending order, of any alignment; NULL where the rows have them.
    const void *query;
    size_t count;
    /// `rank_trees_scratch_bytes`, 64-byte aligned; contents are of no importance. Not read by `rank_trees_walk`.
    void *scratch;
    /// [count], the sums: one of the two, as the leaves are.
    float *float_margins;
    double *double_margins;
} rank_trees_run;

/// The scores by the definition: one node after the other, one leaf after the other in the order of the trees.
void rank_trees_walk(const rank_trees_source *source, const rank_trees_run *run);

/// How an ensemble is scored.
typedef enum rank_trees_path {
    /// The faster one of the others for each run.
    RANK_TREES_AUTO = 0,
    /// Row by row, for ensembles and lists of any size.
    RANK_TREES_ROWS = 1,
    /// Hundreds of rows at a time; without effect on ensembles that `rank_trees_shape.is_sliced` excludes.
    RANK_TREES_SLICED = 2,
} rank_trees_path;

/// What to compile an ensemble for.
typedef struct rank_trees_plan {
    /// RANK_LEVEL_SCALAR walks.
    rank_level level;
    rank_trees_path path;
    /// Whether to leave out instructions that not every CPU of the level has (AVX-512 VBMI and GFNI).
    bool is_basic;
} rank_trees_plan;

/// What an ensemble was compiled to.
typedef struct rank_trees_shape {
    /// Whether lists are scored many rows at a time: not at RANK_LEVEL_SCALAR, nor where a tree has
    /// too many leaves: over 255, or over 256 in a nearly perfect tree of depth 8.
    bool is_sliced;
    /// Rows that are scored at a time; 1 where `is_sliced` is false.
    uint32_t rows;
    /// Runs of fewer rows are scored row by row.
    uint32_t fewest_rows;
    /// Distinct decisions of all nodes.
    uint32_t predicates;
    /// The greatest depth of a tree.
    uint32_t depth;
    /// Bytes of the compiled form.
    size_t bytes;
} rank_trees_shape;

/// An ensemble in the form that scoring reads.
typedef struct rank_trees rank_trees;

/// Compiles an ensemble. The source and its arrays are read as long as the compiled form exists.
/// Returns NULL when out of memory.
rank_trees *rank_trees_make(const rank_trees_source *source, const rank_trees_plan *plan);

/// Frees a compiled ensemble; NULL is allowed.
void rank_trees_free(rank_trees *trees);

/// What an ensemble was compiled to.
rank_trees_shape rank_trees_shape_of(const rank_trees *trees);

/// The bytes of scratch that a run needs, whatever its number of rows.
size_t rank_trees_scratch_bytes(const rank_trees *trees);

/// Scores a run; every bit is that of `rank_trees_walk`.
void rank_trees_score(const rank_trees *trees, const rank_trees_run *run);

#ifdef __cplusplus
}
#endif
