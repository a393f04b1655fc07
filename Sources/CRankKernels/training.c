#include "training.h"

static const rank_training_loops *loops_of(rank_level level) {
    switch (level) {
#if defined(__x86_64__)
    case RANK_LEVEL_AVX512:
        return &rank_training_avx512;
    case RANK_LEVEL_AVX2:
        return &rank_training_avx2;
#endif
#if defined(__aarch64__)
    case RANK_LEVEL_NEON:
        return &rank_training_neon;
#endif
    default:
        return &rank_training_scalar;
    }
}

void rank_training_add_rows(rank_level level, size_t count, size_t width, const int32_t *first, const int32_t *second,
                            const float *p, const float *q, int relu, float *sums) {
    loops_of(level)->add_rows(count, width, first, second, p, q, relu, sums);
}

void rank_training_segment_sums(rank_level level, size_t count, size_t width, const int32_t *first,
                                const int32_t *second, const float *gradients, const float *outputs, float *p,
                                float *q) {
    loops_of(level)->segment_sums(count, width, first, second, gradients, outputs, p, q);
}

void rank_training_relu(rank_level level, size_t count, float *values) {
    loops_of(level)->mask(count, values, values);
}

void rank_training_mask(rank_level level, size_t count, const float *outputs, float *values) {
    loops_of(level)->mask(count, outputs, values);
}

void rank_training_adagrad(rank_level level, size_t count, float rate, float epsilon, const float *gradients,
                           float *accumulators, float *weights) {
    loops_of(level)->adagrad(count, rate, epsilon, gradients, accumulators, weights);
}

void rank_training_adagrad_rows(rank_level level, size_t count, size_t width, const int32_t *rows, float rate,
                                float epsilon, const float *gradients, float *accumulators, float *weights) {
    const rank_training_loops *loops = loops_of(level);
    for (size_t i = 0; i < count; i++) {
        const size_t at = (size_t)rows[i] * width;
        loops->adagrad(width, rate, epsilon, gradients + i * width, accumulators + at, weights + at);
    }
}

void rank_training_adam(rank_level level, size_t count, rank_training_adam_step step, const float *gradients,
                        float *first_moments, float *second_moments, float *weights) {
    loops_of(level)->adam(count, step, gradients, first_moments, second_moments, weights);
}

void rank_training_adam_rows(rank_level level, size_t count, size_t width, const int32_t *places,
                             rank_training_adam_step step, const float *gradients, float *first_moments,
                             float *second_moments, float *weights) {
    const rank_training_loops *loops = loops_of(level);
    size_t row = 0;
    while (row < count) {
        const size_t at = row * width;
        if (places[row] >= 0) {
            loops->adam(width, step, gradients + (size_t)places[row] * width, first_moments + at, second_moments + at,
                        weights + at);
            row++;
            continue;
        }
        size_t end = row + 1;
        while (end < count && places[end] < 0) {
            end++;
        }
        loops->adam_idle((end - row) * width, step, first_moments + at, second_moments + at, weights + at);
        row = end;
    }
}

// A square of 16 columns and rows takes as many cache lines on either side.
#define TRANSPOSE_BLOCK 16

void rank_training_transpose(size_t rows, size_t columns, const float *matrix, float *transpose) {
    for (size_t i = 0; i < rows; i += TRANSPOSE_BLOCK) {
        const size_t last = rows - i < TRANSPOSE_BLOCK ? rows : i + TRANSPOSE_BLOCK;
        for (size_t j = 0; j < columns; j += TRANSPOSE_BLOCK) {
            const size_t end = columns - j < TRANSPOSE_BLOCK ? columns : j + TRANSPOSE_BLOCK;
            for (size_t column = j; column < end; column++) {
                for (size_t row = i; row < last; row++) {
                    transpose[column * rows + row] = matrix[row * columns + column];
                }
            }
        }
    }
}
