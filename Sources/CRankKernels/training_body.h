// The loops. Included once by each training_<instruction set>.c, which defines
//   TRAINING_LOOPS   the name of the table to define
//   TRAINING_TARGET  the attribute that allows the instruction set (may be empty)
//   TRAINING_LANES   floats per vector
//   TRAINING_ROOT(x) the square roots of a vector, rounded correctly
#include "training.h"

#include <math.h>
#include <string.h>

// A fused product would be rounded once where other levels round twice.
#pragma STDC FP_CONTRACT OFF

#define TRAINING_INLINE static inline __attribute__((always_inline)) TRAINING_TARGET

typedef float training_vector __attribute__((vector_size(TRAINING_LANES * sizeof(float))));
typedef int32_t training_bits __attribute__((vector_size(TRAINING_LANES * sizeof(float))));

TRAINING_INLINE training_vector training_load(const float *from) {
    training_vector vector;
    memcpy(&vector, from, sizeof vector);
    return vector;
}

TRAINING_INLINE void training_store(float *to, training_vector vector) { memcpy(to, &vector, sizeof vector); }

TRAINING_INLINE training_vector training_splat(float value) {
    training_vector vector;
    for (int lane = 0; lane < TRAINING_LANES; lane++) {
        vector[lane] = value;
    }
    return vector;
}

// `x` where `y` is above zero, +0 elsewhere.
TRAINING_INLINE training_vector training_where(training_vector y, training_vector x) {
    const training_bits live = y > (training_vector){0};
    training_bits bits;
    memcpy(&bits, &x, sizeof bits);
    bits &= live;
    memcpy(&x, &bits, sizeof x);
    return x;
}


TRAINING_INLINE void training_add_row(size_t width, const float *p, const float *q, int relu, float *sum) {
    size_t j = 0;
    for (; j + TRAINING_LANES <= width; j += TRAINING_LANES) {
        const training_vector x = training_load(p + j) + training_load(q + j);
        training_store(sum + j, relu ? training_where(x, x) : x);
    }
    for (; j < width; j++) {
        const float x = p[j] + q[j];
        sum[j] = relu && !(x > 0) ? 0 : x;
    }
}

TRAINING_TARGET static void add_rows(size_t count, size_t width, const int32_t *first, const int32_t *second,
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
TRAINING_INLINE void training_segment_row(size_t width, const float *gradient, const float *output, int first,
                                          int second, float *half, float *other) {
    size_t j = 0;
    for (; j + TRAINING_LANES <= width; j += TRAINING_LANES) {
        training_vector x = training_load(gradient + j);
        if (output) {
            x = training_where(training_load(output + j), x);
        }
        training_store(half + j, first ? x : training_load(half + j) + x);
        training_store(other + j, second ? x : training_load(other + j) + x);
    }
    for (; j < width; j++) {
        const float x = output && !(output[j] > 0) ? 0 : gradient[j];
        half[j] = first ? x : half[j] + x;
        other[j] = second ? x : other[j] + x;
    }
}

TRAINING_TARGET static void segment_sums(size_t count, size_t width, size_t stride, const int32_t *first,
                                         const int32_t *second, const float *gradients, const float *outputs, float *p,
                                         float *q) {
    int32_t first_seen = 0, second_seen = 0;
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

TRAINING_TARGET static void mask(size_t count, const float *outputs, float *values) {
    size_t i = 0;
    for (; i + TRAINING_LANES <= count; i += TRAINING_LANES) {
        training_store(values + i, training_where(training_load(outputs + i), training_load(values + i)));
    }
    for (; i < count; i++) {
        values[i] = outputs[i] > 0 ? values[i] : 0;
    }
}

TRAINING_TARGET static void adagrad(size_t count, float rate, float epsilon, const float *gradients,
                                    float *accumulators, float *weights) {
    const training_vector rates = training_splat(rate), epsilons = training_splat(epsilon);
    size_t i = 0;
    for (; i + TRAINING_LANES <= count; i += TRAINING_LANES) {
        const training_vector g = training_load(gradients + i);
        const training_vector sum = training_load(accumulators + i) + g * g;
        training_store(accumulators + i, sum);
        training_store(weights + i, training_load(weights + i) - rates * g / TRAINING_ROOT(sum + epsilons));
    }
    for (; i < count; i++) {
        const float g = gradients[i];
        const float sum = accumulators[i] + g * g;
        accumulators[i] = sum;
        weights[i] -= rate * g / sqrtf(sum + epsilon);
    }
}

// Without `gradients` they are zero.
TRAINING_INLINE void training_adam(size_t count, rank_training_adam_step step, const float *gradients,
                                   float *first_moments, float *second_moments, float *weights) {
    const training_vector rates = training_splat(step.rate), epsilons = training_splat(step.epsilon);
    const training_vector first_shares = training_splat(step.first_share);
    const training_vector second_shares = training_splat(step.second_share);
    size_t i = 0;
    for (; i + TRAINING_LANES <= count; i += TRAINING_LANES) {
        const training_vector g = gradients ? training_load(gradients + i) : (training_vector){0};
        const training_vector old_m = training_load(first_moments + i), old_v = training_load(second_moments + i);
        const training_vector m = old_m + (g - old_m) * first_shares;
        const training_vector v = old_v + (g * g - old_v) * second_shares;
        training_store(first_moments + i, m);
        training_store(second_moments + i, v);
        training_store(weights + i, training_load(weights + i) - m * rates / (TRAINING_ROOT(v) + epsilons));
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

TRAINING_TARGET static void adam(size_t count, rank_training_adam_step step, const float *gradients,
                                 float *first_moments, float *second_moments, float *weights) {
    training_adam(count, step, gradients, first_moments, second_moments, weights);
}

TRAINING_TARGET static void adam_idle(size_t count, rank_training_adam_step step, float *first_moments,
                                      float *second_moments, float *weights) {
    training_adam(count, step, 0, first_moments, second_moments, weights);
}

const rank_training_loops TRAINING_LOOPS = {add_rows, segment_sums, mask, adagrad, adam, adam_idle};
