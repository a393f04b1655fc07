// Upper bounds of scores in integers, for networks with one hidden layer behind the factored first one.
// docs/reference/certified-top-k.md has the proof; the names here are those of its sections.
//
// No function allocates, checks a row or touches a global. Any number of threads may read one description at a time.
#pragma once

#include "rank_score.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Outputs of the hidden layer that a bound computes one by one come in groups of so many; all others together are one
/// column.
#define RANK_KEPT_GROUP 16

/// The most outputs that a bound computes one by one, padding included.
#define RANK_MOST_KEPT_OUTPUTS 64

/// The part of a bound that all users share.
typedef struct rank_bounds {
    /// Bytes of a row of thresholds, a multiple of 64; padding holds 0.
    size_t row_bytes;
    /// [candidates][row_bytes], 64-byte aligned.
    const uint8_t *thresholds;
    /// [candidates]: the distance r of each row from the mean one; +∞ for a row that is always scored.
    const float *distances;
    /// The kept outputs with their padding: a multiple of RANK_KEPT_GROUP, at most RANK_MOST_KEPT_OUTPUTS.
    uint32_t kept;
    /// The kept outputs' integer weights, [row_bytes / 4][kept][4], 64-byte aligned; padding holds 0.
    const int8_t *packed;
    /// [kept]: the value of 1 in a sum; padding holds 0.
    const float *steps;
    /// [kept]: the last layer's weights; padding holds 0.
    const float *output_weights;
    /// How many of the kept outputs, the last ones, are padding, at least: a kernel may leave their sums out.
    uint32_t padding;
    /// The place of the kernel among those of a level, by `rank_bound_kernel_from`.
    uint32_t kernel;
} rank_bounds;

/// The numbers of a proof that all users share, in double precision; a matrix has a row for each unit.
typedef struct rank_certificate {
    uint32_t inputs;
    uint32_t outputs;
    /// As in `rank_bounds`.
    size_t row_bytes;
    uint32_t kept;
    /// [inputs]: the levels of an activation of 1; 0 for a unit that no pair activates.
    const double *scales;
    /// [inputs]: the largest candidate's half, q; and the half below which no user activates the unit.
    const float *highest;
    const double *lowest;
    /// [inputs]: the mean candidate's half.
    const double *mean;
    /// [inputs][outputs]: the hidden layer's weights, W.
    const float *weights;
    /// [inputs][kept]: W of the kept outputs, and what the integers miss of it, E.
    const double *kept_weights;
    const double *kept_errors;
    /// [outputs]: the hidden layer's biases, and the last layer's weights.
    const float *biases;
    const float *output_weights;
    /// [outputs]: how far an output is from that of the mean candidate at most, T⁻ and T⁺; and the norm of its weights.
    const double *below;
    const double *above;
    const double *norms;
    /// [outputs]: the place of an output among the kept ones, or `kept`.
    const uint32_t *places;
    /// [inputs]: ½M·1 and ½N·1.
    const double *half_weights;
    const double *half_errors;
    /// Bounds of ½·max‖Mν‖ and ½·max‖Nν‖ over the cube.
    double weight_norm;
    double error_norm;
    /// max ‖β‖ of the rows that are not always scored.
    double threshold_error;
    /// ‖v‖, ‖v̂‖, and Σ|w3·b| with |b3|.
    double weight_size;
    double integer_size;
    double bias_size;
    /// γ of a score's roundings, and of a bound's.
    double score_rounding;
    double bound_rounding;
    /// The last layer's bias.
    double output_bias;
    /// What the double precision of ‖α‖ itself may miss.
    double level_slack;
} rank_certificate;

/// No kernel.
#define RANK_NO_BOUND_KERNEL UINT32_MAX

/// The place of the first kernel for bounds of `level`, from the place `from` on, that this CPU can run, or
/// RANK_NO_BOUND_KERNEL. A level's kernels are in order of preference; the scalar level has none.
uint32_t rank_bound_kernel_from(rank_level level, uint32_t from);

/// The name of a kernel: the instructions that multiply.
const char *rank_bound_kernel_name(rank_level level, uint32_t kernel);

/// Weights that a kernel multiplies and adds in 16 bits: 2, or 1 where all sums have 32.
uint32_t rank_bound_addends(rank_level level, uint32_t kernel);

/// Converts a hidden layer's weights like `rank_quantize_weights` to int8, for kernels that add so many products in 16
/// bits: weights of one sign among them sum up to 128 at most, so that no level makes them overflow.
///
/// Returns as `rank_quantize_weights` does.
uint32_t rank_fit_weights(uint32_t addends, const rank_matrix *hidden, const double *scales, int16_t *weights,
                          float *steps);

/// The bytes of a user's record.
static inline size_t rank_record_bytes(size_t row_bytes, uint32_t kept) {
    return 3 * row_bytes + 64 + kept * sizeof(float);
}

/// The doubles of scratch that `rank_certify_user` needs.
size_t rank_certify_scratch(uint32_t inputs, uint32_t outputs);

/// Writes a user's record, 64-byte aligned, from the user's half of the first layer.
///
/// `term` is the sum of the terms that follow the dense layers, and `term_size` that of their magnitudes.
/// Returns false where nothing can be proved of this user: the half is beyond the scales.
bool rank_certify_user(rank_level level, const rank_certificate *certificate, const float *half, double term,
                       double term_size, double *scratch, uint8_t *record);

/// B0 of a record, which belongs to every bound of the user.
float rank_record_margin(const uint8_t *record, size_t row_bytes);

/// Computes U + B1·r for `count` rows: with B0 no less than their fp32 scores.
///
/// The bits do not depend on `level` and kernel; where a level has no such kernel, the scalar one computes.
void rank_bound_rows(rank_level level, const rank_bounds *bounds, const uint8_t *record, const uint32_t *rows,
                     size_t count, float *out);

/// Computes for `count` rows of the candidates' halves, [count][stride], the distance r from the mean row, and ‖β‖.
/// Reads the scales, `highest`, `lowest` and `mean` alone.
void rank_row_errors(rank_level level, const rank_certificate *certificate, const float *rows, size_t stride,
                     size_t count, double *distances, double *errors);

/// Raises T⁻ and T⁺, [outputs], to those of `count` rows of the candidates' halves.
/// `scratch`: 2 · outputs doubles.
void rank_reach(rank_level level, const rank_certificate *certificate, const float *rows, size_t stride, size_t count,
                double *scratch, double *below, double *above);

/// Adds to `losses`, [outputs], what replacing each output by a line loses for a user and `count` rows.
/// Reads neither kept weights nor norms over cubes. `scratch`: as `rank_certify_user`.
void rank_line_losses(rank_level level, const rank_certificate *certificate, const float *half, const float *rows,
                      size_t stride, size_t count, double *scratch, double *losses);

#ifdef __cplusplus
}
#endif
