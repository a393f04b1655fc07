// docs/reference/numerics.md, "Activations", one float at a time; part of oracle.h.
#pragma once

#include "activation_constants.h"
#include "score.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define RANK_ORACLE static inline __attribute__((always_inline))

RANK_ORACLE float rank_polynomial(const float *coefficients, int count, float x) {
    float z = coefficients[count - 1];
    for (int k = count - 2; k >= 0; k--) {
        z = __builtin_fmaf(z, x, coefficients[k]);
    }
    return z;
}

/// power(z): returns s, and q in `*q`.
RANK_ORACLE float rank_power(float z, float *q) {
    z = z < RANK_LEAST ? RANK_LEAST : z;
    const float t = __builtin_fmaf(z, RANK_LOG2_E, RANK_ROUNDER);
    const float n = t - RANK_ROUNDER;
    const float r = __builtin_fmaf(n, -RANK_LN2_LOW, __builtin_fmaf(n, -RANK_LN2_HIGH, z));
    *q = __builtin_fmaf(r * r, rank_polynomial(rank_exponential, RANK_EXPONENTIAL_COUNT, r), r);
    uint32_t bits;
    memcpy(&bits, &t, sizeof bits);
    bits = (bits << 23) + 0x3f800000u;
    float s;
    memcpy(&s, &bits, sizeof s);
    return s;
}

RANK_ORACLE float rank_exp(float z) {
    float q;
    const float s = rank_power(z, &q);
    return z < RANK_LEAST ? 0.0f : __builtin_fmaf(s, q, s);
}

RANK_ORACLE float rank_expm1(float z) {
    float q;
    const float s = rank_power(z, &q);
    return __builtin_fmaf(s, q, s - 1.0f);
}

RANK_ORACLE float rank_tanh(float x) {
    const float e = rank_expm1(-2.0f * __builtin_fabsf(x));
    return __builtin_copysignf(-e / (2.0f + e), x);
}

RANK_ORACLE float rank_sigmoid(float x) {
    const float t = rank_exp(-__builtin_fabsf(x));
    const float g = 1.0f / (1.0f + t);
    return x < 0.0f ? t * g : g;
}

RANK_ORACLE float rank_gelu(float x) {
    const float a = __builtin_fabsf(x);
    const float b = a > RANK_GELU_END ? RANK_GELU_END : a;
    const float beyond = 0.5f * rank_exp(-(b * rank_polynomial(rank_normal, RANK_NORMAL_COUNT, b)));
    const float t = a > RANK_GELU_END ? 0.0f : beyond;
    return x * (x > 0.0f ? 1.0f - t : t);
}

RANK_ORACLE float rank_activated(rank_activation activation, float x) {
    switch (activation.function) {
    case RANK_LINEAR:
        return x;
    case RANK_RELU:
        return x > 0.0f ? x : 0.0f;
    case RANK_LEAKY_RELU:
        return x > 0.0f ? x : activation.number * x;
    case RANK_RELU6:
        return x <= 0.0f ? 0.0f : x >= 6.0f ? 6.0f : x;
    case RANK_TANH:
        return rank_tanh(x);
    case RANK_SIGMOID:
        return rank_sigmoid(x);
    case RANK_GELU:
        return rank_gelu(x);
    case RANK_GELU_TANH:
        return x * rank_sigmoid(x * __builtin_fmaf(x * x, RANK_GELU_TANH_THIRD, RANK_GELU_TANH_FIRST));
    case RANK_SILU:
        return x * rank_sigmoid(x);
    case RANK_ELU:
        return x > 0.0f ? x : activation.number * rank_expm1(x);
    }
    return x;
}

/// The activation of each unit of the layer `layer`.
RANK_ORACLE void rank_activate_units(const rank_network *network, uint32_t layer, float *z, uint32_t count) {
    const rank_activation relu = {.function = RANK_RELU};
    const rank_activation activation = network->activations ? network->activations[layer] : relu;
    for (uint32_t j = 0; j < count; j++) {
        z[j] = rank_activated(activation, z[j]);
    }
}

/// The output step: from the sum of all terms to the score before −0 becomes +0.
RANK_ORACLE float rank_output_step(const rank_network *network, float y) {
    if (!network->has_output_step || !__builtin_isfinite(y)) {
        return y;
    }
    y = rank_activated(network->output, y);
    return network->has_output_scale ? __builtin_fmaf(network->output_factor, y, network->output_addend) : y;
}
