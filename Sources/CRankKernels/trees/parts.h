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

/// Rows whose ranks the scores by pieces have in memory.
#define RANK_PIECE_ROWS 16

/// The most columns and categories whose ranks are the bytes of registers.
#define RANK_PIECE_COLUMNS 128

/// The lanes of a unit, and its bytes.
#define RANK_UNIT_LANES 64
#define RANK_UNIT_BYTES 256

/// The byte of a unit that has the number of its exits to leaves: that of a lane without a node.
#define RANK_LEAF_COUNT 63

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

/// Trees for few rows, cut into pieces of at most 63 nodes. A unit has the nodes of some pieces in 64 lanes: all are
/// decided at once. Of a lane's two followers one remains then, a lane or an exit, which is 64 and more; followers of
/// followers are found by permutations, twice as far with each, and exits follow themselves.
typedef struct rank_pieces {
    /// The lanes of a tree: 16 or 32 where all trees are that small, else 64; 0 where there are no pieces.
    uint32_t width;
    /// A row's bytes: ranks with missing values on the left, and from here on with those on the right. 64 or 128.
    uint32_t right;
    /// The permutations: 2 to their number is at least the depth of each piece.
    uint32_t doublings;
    /// Whether there is a tree of more pieces than one.
    bool is_cut;
    /// The units that a row passes, tree by tree, if every leaf is as likely as any other of its tree.
    double passed;
    /// For each unit four times 64 bytes: where a row's bytes have the rank that a node asks for, the rank to compare
    /// with, and the followers on the left and on the right. The first units are those of the roots: a unit has
    /// 64 / width trees.
    uint8_t *units;
    /// [units][64], floats or doubles: the leaves of the exits, which come first, and for those that lead to another
    /// piece a uint32_t, 64 times its unit plus the lane of its root.
    void *leaves;
    /// [columns]: the first of a column's floats in `sorted`. Sixteen are every sixteenth threshold, all of them in
    /// ascending order follow; behind the last one of either come NaN, one at least.
    uint32_t *first_sorted;
    float *sorted;
} rank_pieces;
