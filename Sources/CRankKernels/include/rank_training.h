// The elementwise loops of training between the products of rank_gemm.h, float32.
#pragma once

#include "rank_cpu.h"
#include "rank_team.h"
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// No operation here is fused, so that every level gives the same bits. `level` must be supported
// (`rank_level_supported`). The loops allocate nothing, need no alignment and check no place. Threads of `team` take
// elements, rows or columns, and no sum is split between them: the number of threads changes no bit.

/// Adds the two halves of a layer: row e of `sums` is row `first[e]` of `p` plus row `second[e]` of `q`.
///
/// All rows are `width` floats. With `relu`, values of zero or below become +0; NaN stays NaN.
void rank_training_add_rows(rank_team *team, rank_level level, size_t count, size_t width, const int32_t *first,
                            const int32_t *second, const float *p, const float *q, int relu, float *sums);

/// The transpose of `rank_training_add_rows`: row i of `p` becomes the sum of the rows e of `gradients` with
/// `first[e]` = i, row i of `q` the sum of those with `second[e]` = i, e ascending.
///
/// Places are numbered by first occurrence: each is at most the number of different ones before it.
/// With `outputs`, those of relu, a gradient counts only where the output is not zero.
/// The first `first_summed` rows of `p` and `second_summed` rows of `q` already hold sums from earlier calls; this call
/// adds its rows.
void rank_training_segment_sums(rank_team *team, rank_level level, size_t count, size_t width, const int32_t *first,
                                const int32_t *second, size_t first_summed, size_t second_summed,
                                const float *gradients, const float *outputs, float *p, float *q);

/// Replaces values of zero or below by +0; NaN stays NaN.
void rank_training_relu(rank_team *team, rank_level level, size_t count, float *values);

/// Sets `values` to +0 where `outputs`, those of relu, are zero.
void rank_training_mask(rank_team *team, rank_level level, size_t count, const float *outputs, float *values);

/// One step of Adagrad: `a += g · g`, `w -= rate · g / √(a + epsilon)`.
void rank_training_adagrad(rank_team *team, rank_level level, size_t count, float rate, float epsilon,
                           const float *gradients, float *accumulators, float *weights);

/// One step of Adagrad for rows of a table: row i of `gradients` moves row `rows[i]` of `weights`; no row occurs twice.
void rank_training_adagrad_rows(rank_team *team, rank_level level, size_t count, size_t width, const int32_t *rows,
                                float rate, float epsilon, const float *gradients, float *accumulators,
                                float *weights);

/// The parameters of a step of Adam; the last three are the same for all weights.
typedef struct rank_training_adam_step {
    /// The learning rate with the correction of both moments.
    float rate;
    /// 1 less the decay of the first moment, and of the second.
    float first_share, second_share;
    /// Added to the square root.
    float epsilon;
} rank_training_adam_step;

/// One step of Adam: `m += (g - m) · first_share`, `v += (g · g - v) · second_share`,
/// `w -= m · rate / (√v + epsilon)`.
void rank_training_adam(rank_team *team, rank_level level, size_t count, rank_training_adam_step step,
                        const float *gradients, float *first_moments, float *second_moments, float *weights);

/// One step of Adam for a table of `count` rows: row i takes row `places[i]` of `gradients`, or zeros where `places[i]`
/// is below 0.
void rank_training_adam_rows(rank_team *team, rank_level level, size_t count, size_t width, const int32_t *places,
                             rank_training_adam_step step, const float *gradients, float *first_moments,
                             float *second_moments, float *weights);

/// Writes the transpose of `matrix` (rows × columns).
void rank_training_transpose(rank_team *team, size_t rows, size_t columns, const float *matrix, float *transposed);

/// Copies rows of a table, `width` floats each: row i of `gathered` becomes row `rows[i]` of `table`.
void rank_training_gather(rank_team *team, size_t count, size_t width, const int32_t *rows, const float *table,
                          float *gathered);

/// The n-th output, counted from 0, of SplitMix64 with `seed` as its state (Steele, Lea and Flood 2014).
static inline uint64_t rank_split_mix(uint64_t seed, uint64_t n) {
    uint64_t z = seed + (n + 1) * 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

/// Dropout: unit e becomes +0 where the lower half (e even) or the upper half (e odd) of output e / 2 of SplitMix64
/// with `seed` is below `threshold`, and is multiplied by `factor` elsewhere.
void rank_training_drop(rank_team *team, size_t count, uint64_t seed, uint64_t threshold, float factor, float *values);

/// Multiplies all values by `factor`.
void rank_training_scale(rank_team *team, size_t count, float factor, float *values);

/// `g += factor · w`.
void rank_training_add_scaled(rank_team *team, size_t count, float factor, const float *weights, float *gradients);

#ifdef __cplusplus
}
#endif
