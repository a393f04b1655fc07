// The parts of a compiled ensemble.
#pragma once

#include "rank_trees.h"

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

/// Rows whose ranks the scores by exits have in memory.
#define RANK_EXIT_ROWS 16

/// The most columns and categories whose ranks are the bytes of registers.
#define RANK_EXIT_COLUMNS 128

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
