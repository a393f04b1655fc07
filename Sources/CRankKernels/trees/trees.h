// The compiled form of an ensemble, and what scores it. README.md explains the idea.
#pragma once

#include "rank_trees.h"

#include <string.h>

/// The most pieces of memory of an ensemble.
#define RANK_TREES_TAKEN 24

/// Trees whose leaf numbers wait together for their leaves to be summed.
#define RANK_TREE_BLOCK 16

/// Trees in thermometer form whose records are mixed.
#define RANK_TREES_TOGETHER 4

/// Columns of a row that are transposed together.
#define RANK_TREE_TILE 16

/// The thresholds of a column of ranks are at most this many: a rank is a byte.
#define RANK_COLUMN_THRESHOLDS 254

/// The deepest tree that is a template.
#define RANK_TEMPLATE_DEPTH 8

/// The most leaves of a tree in thermometer form.
#define RANK_THERMOMETER_LEAVES 255

/// Floats after the last threshold that may be read.
#define RANK_TREE_PADDING 16

/// A feature, and where a run has it.
typedef struct rank_place {
    uint32_t feature;
    /// In rows that have every feature.
    uint32_t whole;
    /// In rows or in the query, where these are apart.
    uint32_t apart;
    bool is_query;
} rank_place;

/// Some of the thresholds that nodes compare one feature with, and the predicates "the rank is at least r". The rank of
/// a value is the number of thresholds that are not greater.
typedef struct rank_column {
    rank_place place;
    bool zero_is_missing;
    /// Whether a predicate holds for missing values.
    bool reads_missing;
    /// Steps of the search, 1 to 8: a rank has as many bits.
    uint32_t levels;
    /// The tables of the search in `thresholds`: step s reads 2^s floats at `table` + 2^s.
    uint32_t table;
    /// The predicates in `ranks`: for missing values on the left, then for those on the right, sixteen lists each by
    /// the upper four bits of the rank: their length, and the lower bits.
    uint32_t ranks;
    /// The number of the first predicate; the others follow.
    uint32_t predicate;
} rank_column;

/// A predicate about the category of a feature.
typedef struct rank_category {
    rank_place place;
    uint32_t set;
    uint8_t flags;
    uint32_t predicate;
} rank_category;

/// Trees whose leaf numbers are computed together.
typedef struct rank_program {
    /// The first of the trees, and how many there are: one where `depth` is not 0.
    uint32_t tree;
    uint32_t tree_count;
    /// The depth of a template; 0 for the thermometer form.
    uint32_t depth;
    /// Of a template, its 2^depth - 1 predicates in heap order in `heap`; else its first record in `records`.
    uint32_t first;
    uint32_t record_count;
} rank_program;

/// A step of the thermometer form: slot[to] = slot[right] | (slot[left] & predicate).
typedef struct rank_record {
    uint32_t predicate;
    uint8_t left;
    uint8_t right;
    uint8_t to;
} rank_record;

/// The slots of constants; those of trees follow.
enum { RANK_SLOT_ONES = 0, RANK_SLOT_ZEROS = 1, RANK_SLOT_TREES = 2 };

/// The number of slots: some of the last ones are in no record.
#define RANK_SLOTS 258

/// The leaves of a tree.
typedef struct rank_leaves {
    /// Leaf numbers have this many bits.
    uint32_t bits;
    /// In the thermometer form, the number of leaves and the slot before the first node's; else 0.
    uint32_t count;
    uint32_t slot;
    /// Entries of a plane, a power of two, and bytes of an entry.
    uint32_t entries;
    uint32_t unit;
    /// The first byte of the planes in `planes`: plane p has bytes p * unit and following of each leaf.
    size_t planes;
} rank_leaves;

/// A node of the walk of row after row. A leaf leads to itself.
typedef struct rank_key_node {
    /// Compared with the key of the column; of a leaf, its number.
    int32_t key;
    uint16_t column;
    /// Nodes from here to the left child, which the right one follows; 0 of a leaf.
    uint16_t distance;
} rank_key_node;

/// A column of the keys of a row.
typedef struct rank_key_column {
    rank_place place;
    uint8_t flags;
    /// Of a categorical column.
    uint32_t set;
} rank_key_column;

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
    /// The scores of few rows by exits, up to RANK_EXIT_ROWS; NULL for the walk by keys.
    void (*score_exits)(const rank_trees *trees, const rank_trees_run *run);
} rank_tree_kernels;

/// Rows whose ranks the scores by exits have in memory.
#define RANK_EXIT_ROWS 16

/// The most columns and categories whose ranks are the bytes of registers.
#define RANK_EXIT_COLUMNS 128

/// Few rows of small trees: the exits that are left after each node that a row answers with "right" has excluded the
/// leaves on its left. The first of them is the row's.
typedef struct rank_exits {
    /// 32 or 64, at least the leaves of each tree; 0 where there are no exits.
    uint32_t width;
    /// A row's bytes: ranks with missing values on the left, and from here on with those on the right. 64 or 128.
    uint32_t right;
    /// For 128 / width trees each: two times 64 bytes, each the place of a node's rank in the row's bytes, two times 64
    /// ranks to compare with, and for each node a word of `width` bits, without the bits of the leaves on its left.
    uint8_t *units;
    /// [trees][width] leaves from left to right, floats or doubles.
    void *leaves;
    /// [columns, rounded up to 16]: `rank_column.table` and `rank_column.levels`.
    uint32_t *tables;
    uint32_t *levels;
} rank_exits;

/// The trees of a unit, and its bytes.
static inline uint32_t rank_exit_unit_trees(const rank_exits *exits) {
    return 128 / exits->width;
}

static inline size_t rank_exit_unit_bytes(const rank_exits *exits) {
    return 256 + 128 * (size_t)exits->width / 8;
}

/// `score_exits` for AVX-512 with VBMI. On x86-64 only.
void rank_score_exits_vbmi(const rank_trees *trees, const rank_trees_run *run);

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

    rank_exits exits;

    // [nodes] of the source, while the ensemble is compiled: the predicate of each node, the column of its key.
    uint32_t *predicate_of;
    uint32_t *key_column_of;
    // [leaves] of the source: what words of rows number each leaf, within its tree.
    uint8_t *number_of;

    // What `rank_take` gave.
    void *taken[RANK_TREES_TAKEN];
    uint32_t taken_count;
};

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

/// Makes `exits`. False when out of memory; leaves them out where a tree or the number of columns is too large.
bool rank_make_exits(rank_trees *trees);

/// Scores a run row by row.
void rank_score_rows(const rank_trees *trees, const rank_trees_run *run);

/// The bytes of scratch of `rank_score_rows`.
size_t rank_rows_scratch_bytes(const rank_trees *trees);

/// The parts of the scratch of a sliced run, in bytes from its start.
typedef struct rank_sliced_scratch {
    /// A word for each predicate.
    size_t table;
    /// [RANK_TREE_TILE][rows] floats.
    size_t tile;
    /// [rows] ranks.
    size_t ranks;
    /// RANK_SLOTS words.
    size_t slots;
    /// [RANK_TREE_BLOCK][rows] leaf numbers.
    size_t numbers;
    /// [rows] floats or doubles.
    size_t sums;
    size_t end;
} rank_sliced_scratch;

/// The scratch of an ensemble whose words have so many bytes.
static inline rank_sliced_scratch rank_sliced_scratch_of(const rank_trees *trees, size_t word_bytes) {
    const size_t rows = 8 * word_bytes;
    rank_sliced_scratch scratch = {0};
    scratch.tile = scratch.table + trees->shape.predicates * word_bytes;
    scratch.tile = (scratch.tile + 63) / 64 * 64;
    scratch.ranks = scratch.tile + RANK_TREE_TILE * rows * sizeof(float);
    scratch.slots = scratch.ranks + rows;
    scratch.numbers = scratch.slots + RANK_SLOTS * word_bytes;
    scratch.numbers = (scratch.numbers + 63) / 64 * 64;
    scratch.sums = scratch.numbers + RANK_TREE_BLOCK * rows;
    scratch.end = scratch.sums + rows * sizeof(double);
    return scratch;
}
