// The loops of training, compiled for each instruction set in the vocabulary of isa/vectors.h.
#pragma once

#include "../isa/vectors.h"
#include "ahead.h"
#include "training.h"

#include <math.h>

// +0 where `y` is zero or below, `x` elsewhere. NaN in `y` keeps `x`, so NaN reaches the loss.
INLINE vector training_where(vector y, vector x) {
    return (vector)(~(mask)(y <= (vector){0}) & (mask)x);
}

// `next_p` and `next_q`: the rows of a later example.
INLINE void training_add_row(size_t width, const float *p, const float *q, const float *next_p, const float *next_q,
                             int relu, float *sum) {
    size_t j = 0;
    for (; j + WIDTH <= width; j += WIDTH) {
        __builtin_prefetch(next_p + j);
        __builtin_prefetch(next_q + j);
        const vector x = load(p + j) + load(q + j);
        store(sum + j, relu ? training_where(x, x) : x);
    }
    for (; j < width; j++) {
        const float x = p[j] + q[j];
        sum[j] = relu && x <= 0 ? 0 : x;
    }
}

TARGET static void add_rows(size_t count, size_t width, const int32_t *first, const int32_t *second,
                                   const float *p, const float *q, int relu, float *sums) {
    for (size_t e = 0; e < count; e++) {
        const size_t next = training_ahead(e, count, AHEAD_LONG_ROWS);
        const float *half = p + (size_t)first[e] * width, *other = q + (size_t)second[e] * width;
        const float *next_half = p + (size_t)first[next] * width, *next_other = q + (size_t)second[next] * width;
        if (relu) {
            training_add_row(width, half, other, next_half, next_other, 1, sums + e * width);
        } else {
            training_add_row(width, half, other, next_half, next_other, 0, sums + e * width);
        }
    }
}

// `first` and `second`: whether the gradient is the first of its sum. `next_half` and `next_other`: the sums of a later
// example.
INLINE void training_segment_row(size_t width, const float *gradient, const float *output, int first, int second,
                                 float *half, float *other, const float *next_half, const float *next_other) {
    size_t j = 0;
    for (; j + WIDTH <= width; j += WIDTH) {
        __builtin_prefetch(next_half + j, 1);
        __builtin_prefetch(next_other + j, 1);
        vector x = load(gradient + j);
        if (output) {
            x = training_where(load(output + j), x);
        }
        store(half + j, first ? x : load(half + j) + x);
        store(other + j, second ? x : load(other + j) + x);
    }
    for (; j < width; j++) {
        const float x = output && output[j] <= 0 ? 0 : gradient[j];
        half[j] = first ? x : half[j] + x;
        other[j] = second ? x : other[j] + x;
    }
}

TARGET static void segment_sums(size_t count, size_t width, size_t stride, const int32_t *first,
                                       const int32_t *second, size_t first_summed, size_t second_summed,
                                       const float *gradients, const float *outputs, float *p, float *q) {
    int32_t first_seen = (int32_t)first_summed, second_seen = (int32_t)second_summed;
    for (size_t e = 0; e < count; e++) {
        const size_t next = training_ahead(e, count, AHEAD_LONG_ROWS);
        float *half = p + (size_t)first[e] * stride, *other = q + (size_t)second[e] * stride;
        const float *next_half = p + (size_t)first[next] * stride, *next_other = q + (size_t)second[next] * stride;
        const float *gradient = gradients + e * stride, *output = outputs ? outputs + e * stride : 0;
        const int is_first = first[e] == first_seen, is_second = second[e] == second_seen;
        first_seen += is_first;
        second_seen += is_second;
        if (is_first && is_second) {
            training_segment_row(width, gradient, output, 1, 1, half, other, next_half, next_other);
        } else if (is_first) {
            training_segment_row(width, gradient, output, 1, 0, half, other, next_half, next_other);
        } else if (is_second) {
            training_segment_row(width, gradient, output, 0, 1, half, other, next_half, next_other);
        } else {
            training_segment_row(width, gradient, output, 0, 0, half, other, next_half, next_other);
        }
    }
}

TARGET static void mask_values(size_t count, const float *outputs, float *values) {
    size_t i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
        store(values + i, training_where(load(outputs + i), load(values + i)));
    }
    for (; i < count; i++) {
        values[i] = outputs[i] <= 0 ? 0 : values[i];
    }
}

TARGET static void adagrad(size_t count, float rate, float epsilon, const float *gradients,
                                  float *accumulators, float *weights) {
    const vector rates = splat(rate), epsilons = splat(epsilon);
    size_t i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
        const vector g = load(gradients + i);
        const vector sum = load(accumulators + i) + g * g;
        store(accumulators + i, sum);
        store(weights + i, load(weights + i) - rates * g / square_root(sum + epsilons));
    }
    for (; i < count; i++) {
        const float g = gradients[i];
        const float sum = accumulators[i] + g * g;
        accumulators[i] = sum;
        weights[i] -= rate * g / sqrtf(sum + epsilon);
    }
}

// A step of Adam; gradients are zero where `gradients` is NULL.
INLINE void training_adam(size_t count, rank_training_adam_step step, const float *gradients,
                                 float *first_moments, float *second_moments, float *weights) {
    const vector rates = splat(step.rate), epsilons = splat(step.epsilon);
    const vector first_shares = splat(step.first_share);
    const vector second_shares = splat(step.second_share);
    size_t i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
        const vector g = gradients ? load(gradients + i) : (vector){0};
        const vector old_m = load(first_moments + i), old_v = load(second_moments + i);
        const vector m = old_m + (g - old_m) * first_shares;
        const vector v = old_v + (g * g - old_v) * second_shares;
        store(first_moments + i, m);
        store(second_moments + i, v);
        store(weights + i, load(weights + i) - m * rates / (square_root(v) + epsilons));
    }
    for (; i < count; i++) {
        const float g = gradients ? gradients[i] : 0;
        const float m = first_moments[i] + (g - first_moments[i]) * step.first_share;
        const float v = second_moments[i] + (g * g - second_moments[i]) * step.second_share;
        first_moments[i] = m;
        second_moments[i] = v;
        weights[i] -= m * step.rate / (sqrtf(v) + step.epsilon);
    }
}

TARGET static void adam(size_t count, rank_training_adam_step step, const float *gradients,
                               float *first_moments, float *second_moments, float *weights) {
    training_adam(count, step, gradients, first_moments, second_moments, weights);
}

TARGET static void adam_idle(size_t count, rank_training_adam_step step, float *first_moments,
                                    float *second_moments, float *weights) {
    training_adam(count, step, 0, first_moments, second_moments, weights);
}

static const rank_training_loops training_loops = {add_rows, segment_sums, mask_values, adagrad, adam, adam_idle};
