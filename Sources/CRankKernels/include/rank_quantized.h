// Scoring with the first two dense layers in integers. docs/reference/numerics.md defines each function, bit for bit.
//
// No function allocates, checks an id or touches a global. Any number of threads may read one description at a time.
#pragma once

#include "rank_score.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The integers of the activations of the first layer and of the weights of the second one.
typedef enum rank_precision {
    /// Activations of 13 bits, weights of 16.
    RANK_PRECISION_INT16 = 0,
    /// Activations of 8 bits, weights of 8.
    RANK_PRECISION_INT8 = 1,
} rank_precision;

/// The integer part of a network: both halves of its first layer, and its first hidden layer.
typedef struct rank_quantized {
    rank_precision precision;
    /// Bytes of a row of either table, a multiple of 64; padding holds 0.
    size_t row_bytes;
    /// The users' levels, [users][row_bytes]: `uint16_t` or, with RANK_PRECISION_INT8, `uint8_t`. 64-byte aligned.
    const uint8_t *users;
    /// The candidates' thresholds, [candidates][row_bytes], likewise.
    const uint8_t *candidates;
    /// [inputs][outputs] of the first hidden layer. Read by the scalar kernel.
    const int16_t *weights;
    /// `weights` in the layout of `rank_pack_quantized`, 64-byte aligned; NULL for the scalar kernel.
    const uint8_t *packed;
    /// [stride] of the first hidden layer: the value of 1 in a sum. Padding holds +0.
    const float *steps;
} rank_quantized;

/// Whether this build has kernels of AVX-512 VNNI and this CPU can run them; the level `avx512` is supported then.
bool rank_vnni_supported(void);

/// The bytes of a table's row.
size_t rank_quantized_row_bytes(rank_precision precision, uint32_t units);

/// The floats that `rank_run.scratch` needs for `rank_score_quantized`.
size_t rank_quantized_scratch_floats(const rank_network *network, const rank_quantized *quantized);

/// Raises `highest`, [units], to the largest value of each column of `rows`, [count][stride]. NaN is skipped.
void rank_highest(const float *rows, size_t count, size_t stride, uint32_t units, float *highest);

/// Computes `scales`, [units], the levels of a unit's activation of 1, from the largest halves of all rows.
/// Returns the first unit that no scale fits, or `units`.
uint32_t rank_unit_scales(rank_precision precision, uint32_t units, const float *highest_user,
                          const float *highest_candidate, double *scales);

/// Computes the integer weights, [inputs][outputs], and the steps, [stride], of the first hidden layer.
/// Returns the first output that no step fits, or the number of outputs.
uint32_t rank_quantize_weights(rank_precision precision, const rank_matrix *hidden, const double *scales,
                               int16_t *weights, float *steps);

/// Writes the levels (or thresholds) of `count` rows of a half of the first layer, [count][stride], into `table`,
/// [count][rank_quantized_row_bytes].
void rank_quantize_rows(rank_precision precision, rank_half half, uint32_t units, const double *scales,
                        const float *highest_candidate, const float *rows, size_t stride, size_t count,
                        uint8_t *table);

/// The bytes that `rank_pack_quantized` writes.
size_t rank_quantized_packed_bytes(rank_precision precision, uint32_t inputs, uint32_t outputs);

/// Lays weights out for the VNNI kernels.
void rank_pack_quantized(rank_precision precision, uint32_t inputs, uint32_t outputs, const int16_t *weights,
                         uint8_t *packed);

/// Scores a run; its `user_half` and `candidate_table` are not read. The network has a hidden layer.
///
/// With `packed` weights the VNNI kernels score where `rank_vnni_supported` holds, elsewhere the scalar one: the bits
/// are the same.
void rank_score_quantized(const rank_network *network, const rank_quantized *quantized, const rank_run *run);

#ifdef __cplusplus
}
#endif
