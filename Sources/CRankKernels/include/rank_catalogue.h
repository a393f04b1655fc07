// Exact search of a catalogue of factors. docs/reference/catalogue-search.md proves what the bounds promise.
//
// Items lie in blocks of groups of 16. A block has bounds of its items' norms; an item has its factors as bytes, from
// which integers give an upper bound of its score. No function allocates or checks a row.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rank_cpu.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Items of a group, whose bounds are computed side by side.
#define RANK_CATALOGUE_GROUP 16

/// The most that a level of a user's or of an item's factors can be, whatever its sign.
#define RANK_CATALOGUE_LEVEL 127

/// The most factors of an item: sums of levels are exact in float32.
#define RANK_CATALOGUE_DIMENSIONS 512

/// Doubles of a row of factors are padded to a multiple of this.
#define RANK_CATALOGUE_LANES 8

/// The blocks of an index. All numbers of a block are rounded up.
typedef struct rank_catalogue {
    /// Groups of a block, an even number.
    uint32_t groups;
    /// Four factors each.
    uint32_t quads;
    uint32_t blocks;
    /// [blocks][groups][quads + 1][64], 64-byte aligned: of each quad four bytes an item, level + 128; at last the
    /// items' biases as float. Items that only fill a block have the bias −∞.
    uint8_t *items;
    /// [blocks]: the value of a level.
    float *steps;
    /// [blocks]: the longest difference between an item's factors and its levels.
    float *residuals;
    /// [blocks]: the longest factors of an item.
    float *norms;
    /// [blocks]: the longest embedding of an item.
    float *sizes;
    /// [blocks]: the largest bias, with room for the rounding of the three additions of a block's bound.
    float *biases;
} rank_catalogue;

/// A user, to be held against blocks. All numbers but the levels are rounded up.
typedef struct rank_catalogue_user {
    /// [quads][4], padded with zeros.
    const int8_t *levels;
    /// −128 times the sum of the levels.
    int32_t offset;
    /// The value of a level.
    float step;
    /// The length of the factors.
    float norm;
    /// The length of the levels.
    float level_norm;
    /// The distance of the levels from the factors.
    float residual;
    /// The share of an item's size that rounding can add to its score.
    float rounding;
} rank_catalogue_user;

/// The part of a catalogue that is still to be searched.
typedef struct rank_catalogue_part {
    uint32_t block;
    /// The next group of the block.
    uint32_t group;
    /// The block behind the last one.
    uint32_t end;
    /// What an item's bound, without the terms that belong to the user alone, must reach.
    double limit;
} rank_catalogue_part;

/// Whether kernels up to `level` bound items side by side.
bool rank_catalogue_vectorized(rank_level level);

/// Finds items whose bound reaches the limit, from `part` on, and moves `part` behind them.
///
/// Writes the items' places in the index to `found`, which has room for `enough` + RANK_CATALOGUE_GROUP − 1, and
/// returns their number: at least `enough` unless the part is searched.
/// The kernels are those of the best instruction set up to `level` that has some and that this CPU can run; all find
/// the same items.
size_t rank_catalogue_find(rank_level level, const rank_catalogue *catalogue, const rank_catalogue_user *user,
                           rank_catalogue_part *part, uint32_t *found, size_t enough);

/// Writes the bounds of the items of the first `blocks` blocks, without the terms that belong to a user or a block.
void rank_catalogue_estimate(rank_level level, const rank_catalogue *catalogue, const rank_catalogue_user *user,
                             uint32_t blocks, float *bounds);

/// Factors as they are compared: (row − centre) · matrix.
typedef struct rank_catalogue_rotation {
    uint32_t dimensions;
    /// `dimensions` rounded up to RANK_CATALOGUE_LANES.
    uint32_t stride;
    /// [dimensions][stride], padded with zeros.
    const double *matrix;
    /// [dimensions], or NULL for zeros.
    const double *centre;
} rank_catalogue_rotation;

/// Rotates an embedding into `factors`, [stride]; no sum of the matrix has more than `dimensions` roundings and one.
void rank_catalogue_rotate(rank_level level, const rank_catalogue_rotation *rotation, const float *embedding,
                           double *factors);

/// The items that an index is made from.
typedef struct rank_catalogue_source {
    rank_catalogue_rotation rotation;
    /// [rows][dimensions].
    const float *embeddings;
    /// [rows], or NULL for zeros.
    const float *biases;
    /// The share of a bias that rounding can add to a score.
    double rounding;
} rank_catalogue_source;

/// Writes the length of the factors of `count` rows from `first` on, rounded up.
void rank_catalogue_norms(rank_level level, const rank_catalogue_source *source, uint32_t first, size_t count,
                          float *norms);

/// Writes a block: the items of `count` rows, at most a block's, and what fills it up.
/// `scratch`: doubles, `stride` of the rotation for each item of a block.
void rank_catalogue_fill(rank_level level, const rank_catalogue *catalogue, const rank_catalogue_source *source,
                         const uint32_t *rows, size_t count, uint32_t block, double *scratch);

/// Fetches embeddings and biases of rows into the cache.
void rank_catalogue_prefetch(const rank_catalogue_source *source, const uint32_t *rows, size_t count);

/// The least float that is no less than `value`.
float rank_float_above(double value);

/// The largest float that is no more than `value`.
float rank_float_below(double value);

#ifdef __cplusplus
}
#endif
