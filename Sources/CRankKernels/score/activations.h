// Activations, and the output step; part of body.h.
//
// docs/reference/numerics.md defines each function as a sequence of operations. Every lane computes both sides of a
// condition; a blend picks one.
#pragma once

#include "../isa/vectors.h"
#include "activation_constants.h"
#include "score.h"

typedef uint32_t bits __attribute__((vector_size(WIDTH * 4)));

INLINE vector relu(vector z) {
    // NaN and both zeros give +0.
    return (vector)((mask)(z > 0.0f) & (mask)z);
}

INLINE vector blend(mask condition, vector left, vector right) {
    return (vector)((condition & (mask)left) | (~condition & (mask)right));
}

INLINE vector magnitude(vector x) {
    return (vector)((bits)x & 0x7fffffffu);
}

// polynomial(c; x).
INLINE vector polynomial(const float *coefficients, const int count, vector x) {
    vector z = splat(coefficients[count - 1]);
    UNROLL for (int k = count - 2; k >= 0; k--) {
        z = multiply_add(z, x, splat(coefficients[k]));
    }
    return z;
}

// power(z): returns s, and q in `*q`.
INLINE vector power(vector z, vector *q) {
    z = blend(z < RANK_LEAST, splat(RANK_LEAST), z);
    const vector t = multiply_add(z, splat(RANK_LOG2_E), splat(RANK_ROUNDER));
    const vector n = t - RANK_ROUNDER;
    vector r = multiply_add(n, splat(-RANK_LN2_HIGH), z);
    r = multiply_add(n, splat(-RANK_LN2_LOW), r);
    *q = multiply_add(r * r, polynomial(rank_exponential, RANK_EXPONENTIAL_COUNT, r), r);
    return (vector)(((bits)t << 23) + 0x3f800000u);
}

INLINE vector exp_below(vector z) {
    vector q;
    const vector s = power(z, &q);
    return (vector)(~(mask)(z < RANK_LEAST) & (mask)multiply_add(s, q, s));
}

INLINE vector expm1_below(vector z) {
    vector q;
    const vector s = power(z, &q);
    return multiply_add(s, q, s - 1.0f);
}

INLINE vector tanh_of(vector x) {
    const vector e = expm1_below(-2.0f * magnitude(x));
    const vector size = magnitude(-e / (2.0f + e));
    return (vector)((bits)size | ((bits)x & 0x80000000u));
}

INLINE vector sigmoid_of(vector x) {
    const vector t = exp_below(-magnitude(x));
    const vector g = 1.0f / (1.0f + t);
    return blend(x < 0.0f, t * g, g);
}

INLINE vector gelu_of(vector x) {
    const vector a = magnitude(x);
    const mask is_far = a > RANK_GELU_END;
    const vector b = blend(is_far, splat(RANK_GELU_END), a);
    const vector beyond = 0.5f * exp_below(-(b * polynomial(rank_normal, RANK_NORMAL_COUNT, b)));
    const vector t = (vector)(~is_far & (mask)beyond);
    return x * blend(x > 0.0f, 1.0f - t, t);
}

INLINE vector activated(const rank_function function, vector number, vector x) {
    switch (function) {
    case RANK_LINEAR:
        return x;
    case RANK_RELU:
        return relu(x);
    case RANK_LEAKY_RELU:
        return blend(x > 0.0f, x, number * x);
    case RANK_RELU6:
        return blend(x >= 6.0f, splat(6.0f), (vector)(~(mask)(x <= 0.0f) & (mask)x));
    case RANK_TANH:
        return tanh_of(x);
    case RANK_SIGMOID:
        return sigmoid_of(x);
    case RANK_GELU:
        return gelu_of(x);
    case RANK_GELU_TANH: {
        const vector third = splat(RANK_GELU_TANH_THIRD);
        return x * sigmoid_of(x * multiply_add(x * x, third, splat(RANK_GELU_TANH_FIRST)));
    }
    case RANK_SILU:
        return x * sigmoid_of(x);
    case RANK_ELU:
        // Positive numbers, whose power is not used, are replaced by +0.
        return blend(x > 0.0f, x, number * expm1_below((vector)(~(mask)(x > 0.0f) & (mask)x)));
    }
    return x;
}

// One function over unaligned floats: whole vectors, then the rest.
INLINE void activate_all(const rank_function function, float number, float *values, size_t count) {
    const vector all = splat(number);
    size_t done = 0;
    for (; done + WIDTH <= count; done += WIDTH) {
        store(values + done, activated(function, all, load(values + done)));
    }
    if (done < count) {
        vector rest = {0};
        memcpy(&rest, values + done, (count - done) * sizeof(float));
        rest = activated(function, all, rest);
        memcpy(values + done, &rest, (count - done) * sizeof(float));
    }
}

TARGET __attribute__((noinline)) static void activate(rank_activation activation, float *values, size_t count) {
    const float number = activation.number;
    switch (activation.function) {
    case RANK_LINEAR:
        break;
    case RANK_RELU:
        activate_all(RANK_RELU, number, values, count);
        break;
    case RANK_LEAKY_RELU:
        activate_all(RANK_LEAKY_RELU, number, values, count);
        break;
    case RANK_RELU6:
        activate_all(RANK_RELU6, number, values, count);
        break;
    case RANK_TANH:
        activate_all(RANK_TANH, number, values, count);
        break;
    case RANK_SIGMOID:
        activate_all(RANK_SIGMOID, number, values, count);
        break;
    case RANK_GELU:
        activate_all(RANK_GELU, number, values, count);
        break;
    case RANK_GELU_TANH:
        activate_all(RANK_GELU_TANH, number, values, count);
        break;
    case RANK_SILU:
        activate_all(RANK_SILU, number, values, count);
        break;
    case RANK_ELU:
        activate_all(RANK_ELU, number, values, count);
        break;
    }
}

// The activations of `rows` rows of a layer, in place. Padding is set to +0: the function of +0 may be another number,
// and sums of infinite activations are NaN there.
INLINE void activate_rows(rank_activation activation, const rank_matrix *matrix, float *z, size_t rows) {
    const size_t stride = matrix->stride;
    activate(activation, z, rows * stride);
    for (size_t row = 0; stride > matrix->outputs && row < rows; row++) {
        memset(z + row * stride + matrix->outputs, 0, (stride - matrix->outputs) * sizeof(float));
    }
}

// The output step, on the sums of all terms. The sums have −0 turned into +0 already, which changes no result.
INLINE void step_out(const rank_network *network, float *scores, size_t count) {
    const vector factor = splat(network->output_factor);
    const vector addend = splat(network->output_addend);
    float values[64] __attribute__((aligned(64)));
    for (size_t done = 0; done < count;) {
        const size_t part = count - done < 64 ? count - done : 64;
        memset(values, 0, sizeof values);
        memcpy(values, scores + done, part * sizeof(float));
        float before[64] __attribute__((aligned(64)));
        memcpy(before, values, sizeof values);
        activate(network->output, values, 64);
        UNROLL for (int at = 0; at < 64; at += WIDTH) {
            vector y = load(values + at);
            if (network->has_output_scale) {
                y = multiply_add(factor, y, addend);
            }
            const vector sum = load(before + at);
            // Infinities and NaN stay as they are.
            store(values + at, blend(magnitude(sum) < __builtin_inff(), y, sum) + 0.0f);
        }
        memcpy(scores + done, values, part * sizeof(float));
        done += part;
    }
}
