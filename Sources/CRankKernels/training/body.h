// The loops. Included once by each training_<instruction set>.c, which defines
//   TRAINING_LOOPS   the name of the table to define
//   VECTOR_TARGET and VECTOR_LANES of training_vector.h
//   TRAINING_ROOT(x) the square roots of a vector, rounded correctly
#include "training.h"
#include "../isa/vectors.h"

#include <math.h>

// A fused product would be rounded once where other levels round twice.
#pragma STDC FP_CONTRACT OFF

typedef int32_t training_bits __attribute__((vector_size(VECTOR_LANES * sizeof(float))));

// +0 where `y` is zero or below, `x` elsewhere: also where `y` is not a number, which so reaches the loss.
VECTOR_INLINE vector training_where(vector y, vector x) {
    const training_bits live = ~(y <= (vector){0});
    training_bits bits;
    memcpy(&bits, &x, sizeof bits);
    bits &= live;
    memcpy(&x, &bits, sizeof x);
    return x;
}

VECTOR_INLINE void training_add_row(size_t width, const float *p, const float *q, int relu, float *sum) {
    size_t j = 0;
    for (; j + VECTOR_LANES <= width; j += VECTOR_LANES) {
        const vector x = vector_load(p + j) + vector_load(q + j);
        vector_store(sum + j, relu ? training_where(x, x) : x);
    }
    for (; j < width; j++) {
        const float x = p[j] + q[j];
        sum[j] = relu && x <= 0 ? 0 : x;
    }
}

VECTOR_TARGET static void add_rows(size_t count, size_t width, const int32_t *first, const int32_t *second,
                                   const float *p, const float *q, int relu, float *sums) {
    for (size_t e = 0; e < count; e++) {
        const float *half = p + (size_t)first[e] * width, *other = q + (size_t)second[e] * width;
        if (relu) {
            training_add_row(width, half, other, 1, sums + e * width);
        } else {
            training_add_row(width, half, other, 0, sums + e * width);
        }
    }
}

// `first` and `second`: whether these are the first gradients of their sums.
VECTOR_INLINE void training_segment_row(size_t width, const float *gradient, const float *output, int first,
                                        int second, float *half, float *other) {
    size_t j = 0;
    for (; j + VECTOR_LANES <= width; j += VECTOR_LANES) {
        vector x = vector_load(gradient + j);
        if (output) {
            x = training_where(vector_load(output + j), x);
        }
        vector_store(half + j, first ? x : vector_load(half + j) + x);
        vector_store(other + j, second ? x : vector_load(other + j) + x);
    }
    for (; j < width; j++) {
        const float x = output && output[j] <= 0 ? 0 : gradient[j];
        half[j] = first ? x : half[j] + x;
        other[j] = second ? x : other[j] + x;
    }
}

VECTOR_TARGET static void segment_sums(size_t count, size_t width, size_t stride, const int32_t *first,
                                       const int32_t *second, size_t first_summed, size_t second_summed,
                                       const float *gradients, const float *outputs, float *p, float *q) {
    int32_t first_seen = (int32_t)first_summed, second_seen = (int32_t)second_summed;
    for (size_t e = 0; e < count; e++) {
        float *half = p + (size_t)first[e] * stride, *other = q + (size_t)second[e] * stride;
        const float *gradient = gradients + e * stride, *output = outputs ? outputs + e * stride : 0;
        const int is_first = first[e] == first_seen, is_second = second[e] == second_seen;
        first_seen += is_first;
        second_seen += is_second;
        if (is_first && is_second) {
            training_segment_row(width, gradient, output, 1, 1, half, other);
        } else if (is_first) {
            training_segment_row(width, gradient, output, 1, 0, half, other);
        } else if (is_second) {
            training_segment_row(width, gradient, output, 0, 1, half, other);
        } else {
            training_segment_row(width, gradient, output, 0, 0, half, other);
        }
    }
}

VECTOR_TARGET static void mask(size_t count, const float *outputs, float *values) {
    size_t i = 0;
    for (; i + VECTOR_LANES <= count; i += VECTOR_LANES) {
        vector_store(values + i, training_where(vector_load(outputs + i), vector_load(values + i)));
    }
    for (; i < count; i++) {
        values[i] = outputs[i] <= 0 ? 0 : values[i];
    }
}

VECTOR_TARGET static void adagrad(size_t count, float rate, float epsilon, const float *gradients,
                                  float *accumulators, float *weights) {
    const vector rates = vector_splat(rate), epsilons = vector_splat(epsilon);
    size_t i = 0;
    for (; i + VECTOR_LANES <= count; i += VECTOR_LANES) {
        const vector g = vector_load(gradients + i);
        const vector sum = vector_load(accumulators + i) + g * g;
        vector_store(accumulators + i, sum);
        vector_store(weights + i, vector_load(weights + i) - rates * g / TRAINING_ROOT(sum + epsilons));
    }
    for (; i < count; i++) {
        const float g = gradients[i];
        const float sum = accumulators[i] + g * g;
        accumulators[i] = sum;
        weights[i] -= rate * g / sqrtf(sum + epsilon);
    }
}

// Without `gradients` they are zero.
VECTOR_INLINE void training_adam(size_t count, rank_training_adam_step step, const float *gradients,
                                 float *first_moments, float *second_moments, float *weights) {
    const vector rates = vector_splat(step.rate), epsilons = vector_splat(step.epsilon);
    const vector first_shares = vector_splat(step.first_share);
    const vector second_shares = vector_splat(step.second_share);
    size_t i = 0;
    for (; i + VECTOR_LANES <= count; i += VECTOR_LANES) {
        const vector g = gradients ? vector_load(gradients + i) : (vector){0};
        const vector old_m = vector_load(first_moments + i), old_v = vector_load(second_moments + i);
        const vector m = old_m + (g - old_m) * first_shares;
        const vector v = old_v + (g * g - old_v) * second_shares;
        vector_store(first_moments + i, m);
        vector_store(second_moments + i, v);
        vector_store(weights + i, vector_load(weights + i) - m * rates / (TRAINING_ROOT(v) + epsilons));
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

VECTOR_TARGET static void adam(size_t count, rank_training_adam_step step, const float *gradients,
                               float *first_moments, float *second_moments, float *weights) {
    training_adam(count, step, gradients, first_moments, second_moments, weights);
}

VECTOR_TARGET static void adam_idle(size_t count, rank_training_adam_step step, float *first_moments,
                                    float *second_moments, float *weights) {
    training_adam(count, step, 0, first_moments, second_moments, weights);
}

const rank_training_loops TRAINING_LOOPS = {add_rows, segment_sums, mask, adagrad, adam, adam_idle};
