// The compiled form of an ensemble, and what scores it. The README of the kernels explains the idea.
#pragma once

#include "parts.h"

#include <string.h>

/// The most pieces of memory of an ensemble.
#define RANK_TREES_TAKEN 24

/// The kernels of an instruction set.
typedef struct rank_tree_kernels {
    /// Whether the CPU has the instructions that are needed beside the instruction set; NULL where none are.
    bool (*is_supported)(void);
    /// Kernels with fewer instructions; NULL where there are none.
    const struct rank_tree_kernels *basic;
    /// Bytes of a word, whose bits are rows.
    uint32_t word_bytes;
    /// The fewest entries of a plane of leaves whose entries have `unit` bytes.
    uint32_t (*fewest_entries)(uint32_t unit);
    /// The bytes of an entry for a tree with so many leaves of `bytes` bytes.
    uint32_t (*unit)(uint32_t leaves, uint32_t bytes);
    void (*score)(const rank_trees *trees, const rank_trees_run *run);
    /// The scores of few rows by pieces, up to RANK_PIECE_ROWS; NULL for the walk by keys.
    void (*score_pieces)(const rank_trees *trees, const rank_trees_run *run);
} rank_tree_kernels;

/// `score_pieces` for AVX-512 with VBMI. On x86-64 only.
void rank_score_pieces_vbmi(const rank_trees *trees, const rank_trees_run *run);

/// On x86-64 only.
extern const rank_tree_kernels rank_tree_kernels_avx512;
extern const rank_tree_kernels rank_tree_kernels_gfni;

struct rank_trees {
    rank_trees_source source;
    rank_trees_plan plan;
    rank_trees_shape shape;
    /// NULL where `shape.is_sliced` is false.
    const rank_tree_kernels *kernels;
    /// NULL at RANK_LEVEL_SCALAR.
    const rank_tree_kernels *row_kernels;
    bool is_double;
    /// Features that are of the query.
    uint32_t query_count;

    // Predicates; predicate 0 holds for no value.
    rank_column *columns;
    uint32_t column_count;
    rank_category *categories;
    uint32_t category_count;
    float *thresholds;
    uint8_t *ranks;

    // Trees.
    rank_program *programs;
    uint32_t program_count;
    uint32_t *heap;
    rank_record *records;
    rank_leaves *leaves;
    uint8_t *planes;

    // The walk row by row; without `key_nodes` the source is walked.
    rank_key_column *key_columns;
    uint32_t key_column_count;
    rank_key_node *key_nodes;
    /// [trees]: each tree's first node, and depth.
    uint32_t *first_key_node;
    uint32_t *depths;

    rank_pieces pieces;

    // While the ensemble is compiled, [nodes] of the source: the predicate of each node, the column of its key.
    uint32_t *predicate_of;
    uint32_t *key_column_of;
    // Likewise, [leaves] of the source: what words of rows number each leaf, within its tree.
    uint8_t *number_of;

    // What `rank_take` gave.
    void *taken[RANK_TREES_TAKEN];
    uint32_t taken_count;
};

/// The most words of a set that words of rows read page by page, two pages: of a longer one they test each row, so that
/// what a set takes does not grow with its categories. Eight sets of one feature take as long either way at three pages
/// of AVX-512, at four or more of AVX2.
#define RANK_PAGED_WORDS 16

static inline uint32_t rank_set_words(const rank_trees_source *source, uint32_t set) {
    return source->set_offsets[set + 1] - source->set_offsets[set];
}

/// Zeroed memory, 64-byte aligned, that is freed with the ensemble; NULL when out of memory.
void *rank_take(rank_trees *trees, size_t count, size_t size);

/// The keys of floats have their order, and both zeros the same one.
static inline int32_t rank_key_of(float x) {
    // -0 + 0 is +0.
    const float normalised = x + 0.0f;
    int32_t bits;
    memcpy(&bits, &normalised, sizeof bits);
    return bits ^ (bits >> 31 & INT32_MAX);
}

// Beyond every float.
#define RANK_KEY_NEVER INT32_C(0x7f800001)
#define RANK_KEY_MISSING_RIGHT INT32_C(0x7f800002)
#define RANK_KEY_MISSING_LEFT INT32_MIN

/// Where runs have a feature.
rank_place rank_place_of(const rank_trees_source *source, uint32_t feature);

/// Finds columns, categories, columns of keys, and which of them each node reads. False when out of memory.
bool rank_make_predicates(rank_trees *trees);

/// Compiles each tree. False when out of memory.
bool rank_make_programs(rank_trees *trees);

/// Lays the leaves out. False when out of memory.
bool rank_make_leaves(rank_trees *trees);

/// Whether a tree with so many nodes and such a depth is a template.
static inline bool rank_is_template(uint32_t nodes, uint32_t depth) {
    // What either form takes was measured, in cycles of AVX-512: 2.15 a predicate of a template, 7.5 a node.
    return depth <= RANK_TEMPLATE_DEPTH && 215 * ((1u << depth) - 1) <= 750 * nodes + 4000;
}

/// Makes `key_nodes`. False when out of memory; leaves them out where a tree is too large for them.
bool rank_make_key_nodes(rank_trees *trees);

/// Makes `pieces`. False when out of memory; leaves them out where there are too many columns or nodes.
bool rank_make_pieces(rank_trees *trees);

/// What a row takes by keys, in tenths of a cycle of a Zen 4: measured.
uint64_t rank_keys_work(const rank_trees *trees);

/// Scores a run row by row.
void rank_score_rows(const rank_trees *trees, const rank_trees_run *run);

/// The bytes of scratch of `rank_score_rows`.
size_t rank_rows_scratch_bytes(const rank_trees *trees);
