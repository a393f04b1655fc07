// Scoring one user against many candidates. docs/reference/numerics.md says what each function computes, bit for bit.
//
// No function allocates, checks an id or touches a global: the caller checks rows. Pointers to float need the
// alignment of a float only, unless a comment says otherwise. Any number of threads may read one network at a time.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rank_cpu.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Widths are padded to a multiple of this; padding holds +0.
#define RANK_LANES 16

/// The function that follows a unit's sum; docs/reference/numerics.md defines each.
typedef enum rank_function {
    RANK_LINEAR = 0,
    RANK_RELU = 1,
    RANK_LEAKY_RELU = 2,
    RANK_RELU6 = 3,
    RANK_TANH = 4,
    RANK_SIGMOID = 5,
    RANK_GELU = 6,
    RANK_GELU_TANH = 7,
    RANK_SILU = 8,
    RANK_ELU = 9,
} rank_function;

/// The number of functions; they are numbered from 0.
#define RANK_FUNCTION_COUNT 10

/// A function and its parameter, where it has one.
typedef struct rank_activation {
    rank_function function;
    /// The slope of RANK_LEAKY_RELU, the factor of RANK_ELU.
    float number;
} rank_activation;

/// A dense layer, or one half of the first one.
typedef struct rank_matrix {
    /// Rows of the kernel.
    uint32_t inputs;
    /// Columns of the kernel.
    uint32_t outputs;
    /// `outputs` rounded up to RANK_LANES: the length of an output row, padding included.
    uint32_t stride;
    /// [inputs][outputs], as the model file has it. Read by the scalar kernels.
    const float *kernel;
    /// [stride], or NULL where the chains start at +0.
    const float *bias;
    /// `kernel` in the layout of `rank_pack`, 64-byte aligned. Read by every other level, NULL for scalar.
    const float *packed;
} rank_matrix;

/// A whole model. The first layer comes as the two halves of its kernel; the bias belongs to the user's.
typedef struct rank_network {
    uint32_t user_dimensions;
    uint32_t candidate_dimensions;
    /// [users][user_dimensions].
    const float *user_embedding;
    /// [candidates][candidate_dimensions].
    const float *candidate_embedding;
    /// False: no dense layers at all, and neither half, hidden layer nor output weight is read.
    bool dense;
    bool dot_product;
    bool has_mean;
    float mean;
    /// Whether units of the first layer that are +0 for a whole tile of candidates are skipped: the same bits, faster
    /// where enough units are +0. Heeded by levels with `rank_level_skips_dead_units`, where the user's half of the
    /// first layer is given and `activations` are not.
    bool skip_dead_units;
    rank_matrix user_half;
    rank_matrix candidate_half;
    /// The layers between the first and the last.
    uint32_t hidden_count;
    const rank_matrix *hidden;
    /// The last layer's only column, padded with +0 to RANK_LANES; NULL when the first layer is the last.
    const float *output_weights;
    float output_bias;
    /// [users], or NULL.
    const float *user_bias;
    /// [candidates], or NULL.
    const float *candidate_bias;
    /// [hidden_count + 1]: the activation of each layer but the last. NULL where all are relu.
    const rank_activation *activations;
    /// Whether `output` follows the sum of all terms, and then, with `has_output_scale`, a multiply-add.
    bool has_output_step;
    bool has_output_scale;
    rank_activation output;
    float output_factor;
    float output_addend;
} rank_network;

/// One user and a run of candidates.
typedef struct rank_run {
    uint32_t user_row;
    /// The user's half of the first layer, [stride], or NULL to chain it anew for each pair.
    const float *user_half;
    /// The candidates' halves of the first layer, [candidates][stride], or NULL to chain each one.
    const float *candidate_table;
    const uint32_t *candidate_rows;
    size_t count;
    /// [count], written.
    float *scores;
    /// `rank_scratch_floats` floats, 64-byte aligned, overwritten.
    float *scratch;
} rank_run;

/// A half of the first layer.
typedef enum rank_half {
    RANK_HALF_USER = 0,
    RANK_HALF_CANDIDATE = 1,
} rank_half;

/// The floats that `rank_run.scratch` needs, for every level.
size_t rank_scratch_floats(const rank_network *network);

/// The floats that `rank_pack` writes.
size_t rank_packed_floats(uint32_t inputs, uint32_t outputs);

/// Lays a kernel [inputs][outputs] out in the column panels of `level`.
void rank_pack(rank_level level, uint32_t inputs, uint32_t outputs, const float *kernel, float *packed);

/// Scores a run. `level` must be supported; an unsupported one scores with the scalar kernels.
void rank_score(rank_level level, const rank_network *network, const rank_run *run);

/// Computes one half of the first layer for `count` rows from `first` on into `table`, [count][stride].
/// The network must be dense.
void rank_half_rows(rank_level level, const rank_network *network, rank_half half, uint32_t first, size_t count,
                    float *table);

/// Replaces `count` floats by their activation, as `level` computes it. Any alignment.
void rank_activate(rank_level level, rank_activation activation, float *values, size_t count);

/// Kinds of weights that a scan finds, as bits.
enum {
    RANK_WEIGHT_NOT_FINITE = 1,
    RANK_WEIGHT_SUBNORMAL = 2,
    RANK_WEIGHT_NEGATIVE_ZERO = 4,
};

/// Classifies `count` floats: the union of the bits above. `*first` becomes the index of the first one that is not
/// finite or subnormal, or `count`.
uint32_t rank_scan_weights(const float *weights, size_t count, size_t *first);

/// Turns −0 into +0, and subnormals too where `subnormals` is set.
void rank_normalize_weights(float *weights, size_t count, bool subnormals);

#ifdef __cplusplus
}
#endif
