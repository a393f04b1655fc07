// The elementwise loops of training, float32: what lies between the products of rank_gemm.h.
#pragma once

#include "rank_cpu.h"
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// No operation here is fused, so that every level gives the same bits. `level` must be supported
// (`rank_level_supported`). Nothing is allocated, nothing has to be aligned, and places are not checked.

/// Adds the two halves of a layer: row e of `sums` is row `first[e]` of `p` plus row `second[e]` of `q`.
///
/// All rows are `width` floats. With `relu` what is not above zero becomes +0.
void rank_training_add_rows(rank_level level, size_t count, size_t width, const int32_t *first, const int32_t *second,
                            const float *p, const float *q, int relu, float *sums);

/// The transpose of it: row i of `p` becomes the sum of the rows e of `gradients` with `first[e]` = i, row i of `q` that
/// with `second[e]` = i, e ascending.
///
/// Places are numbered as they first occur: each is at most the number of different ones before it.
/// With `outputs`, those of relu, a gradient counts only where the output is above zero.
void rank_training_segment_sums(rank_level level, size_t count, size_t width, const int32_t *first,
                                const int32_t *second, const float *gradients, const float *outputs, float *p, float *q);

/// Replaces what is not above zero by +0.
void rank_training_relu(rank_level level, size_t count, float *values);

/// Sets to +0 where `outputs`, those of relu, is not above zero.
void rank_training_mask(rank_level level, size_t count, const float *outputs, float *values);

/// One step of Adagrad: `a += g · g`, `w -= rate · g / √(a + epsilon)`.
void rank_training_adagrad(rank_level level, size_t count, float rate, float epsilon, const float *gradients,
                           float *accumulators, float *weights);

/// The same for some rows of a table: row i of `gradients` moves row `rows[i]` of `weights`; no row occurs twice.
void rank_training_adagrad_rows(rank_level level, size_t count, size_t width, const int32_t *rows, float rate,
                                float epsilon, const float *gradients, float *accumulators, float *weights);

/// What a step of Adam takes beside gradients; the last three numbers are the same for all weights.
typedef struct rank_training_adam_step {
    /// The learning rate with the correction of both moments.
    float rate;
    /// 1 less the decay of the first moment, and of the second.
    float first_share, second_share;
    /// Added to the root.
    float epsilon;
} rank_training_adam_step;

/// One step of Adam: `m += (g - m) · first_share`, `v += (g · g - v) · second_share`, `w -= m · rate / (√v + epsilon)`.
void rank_training_adam(rank_level level, size_t count, rank_training_adam_step step, const float *gradients,
                        float *first_moments, float *second_moments, float *weights);

/// The same for a whole table of `count` rows: row i takes row `places[i]` of `gradients`, or zeros where that is below 0.
void rank_training_adam_rows(rank_level level, size_t count, size_t width, const int32_t *places,
                             rank_training_adam_step step, const float *gradients, float *first_moments,
                             float *second_moments, float *weights);

/// Writes the transpose of `matrix` (rows × columns).
void rank_training_transpose(size_t rows, size_t columns, const float *matrix, float *transpose);

#ifdef __cplusplus
}
#endif
