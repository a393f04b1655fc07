#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "model.h"
#include "oracle.h"
#include "random.h"

// docs/reference/numerics.md, "Activations", written from the document alone.

static float multiply_add(float x, float w, float z, bool fused) {
    if (fused) {
        return fmaf(x, w, z);
    }
    const volatile float product = x * w;
    return product + z;
}

static float polynomial(const float *c, int degree, float x, bool fused) {
    float z = c[degree];
    for (int k = degree - 1; k >= 0; k--) {
        z = multiply_add(z, x, c[k], fused);
    }
    return z;
}

typedef struct power_parts {
    float s;
    float q;
} power_parts;

static power_parts power(float z, bool fused) {
    static const float e[] = {0x1p-1f, 0x1.55548ep-3f, 0x1.55545ep-5f, 0x1.123bdep-7f, 0x1.6db4e8p-10f};
    if (z < -87.0f) {
        z = -87.0f;
    }
    const volatile float t = multiply_add(z, 0x1.715476p0f, 0x1.8p23f, fused);
    const float n = t - 0x1.8p23f;
    float r = multiply_add(n, -0x1.62e4p-1f, z, fused);
    r = multiply_add(n, -0x1.7f7d1cp-20f, r, fused);
    const volatile float square = r * r;
    // n is a whole number: ldexp takes the power of two.
    return (power_parts){isnan(n) ? n : ldexpf(1.0f, (int)n),
                         multiply_add(square, polynomial(e, 4, r, fused), r, fused)};
}

static float power_of_e(float z, bool fused) {
    const power_parts parts = power(z, fused);
    return z < -87.0f ? 0.0f : multiply_add(parts.s, parts.q, parts.s, fused);
}

static float power_less_one(float z, bool fused) {
    const power_parts parts = power(z, fused);
    return multiply_add(parts.s, parts.q, parts.s - 1.0f, fused);
}

static float sigmoid(float x, bool fused) {
    const float t = power_of_e(-fabsf(x), fused);
    const volatile float g = 1.0f / (1.0f + t);
    return x < 0.0f ? t * g : g;
}

static float gelu(float x, bool fused) {
    static const float n[] = {0x1.9884f4p-1f,  0x1.45e7c6p-2f,  0x1.2ad556p-5f,   -0x1.492194p-8f,
                              0x1.8b7facp-13f, 0x1.7e3a6cp-14f, -0x1.4646c6p-16f, 0x1.61e88ep-20f};
    const float a = fabsf(x);
    const float b = a > 6.0f ? 6.0f : a;
    const volatile float exponent = b * polynomial(n, 7, b, fused);
    const volatile float beyond = 0.5f * power_of_e(-exponent, fused);
    const float t = a > 6.0f ? 0.0f : beyond;
    return x > 0.0f ? x * (1.0f - t) : x * t;
}

float oracle_activated(rank_activation activation, float x, bool fused) {
    volatile float part;
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
        part = power_less_one(-2.0f * fabsf(x), fused);
        return copysignf(-part / (2.0f + part), x);
    case RANK_SIGMOID:
        return sigmoid(x, fused);
    case RANK_GELU:
        return gelu(x, fused);
    case RANK_GELU_TANH:
        part = x * x;
        part = multiply_add(part, 0x1.2444f2p-4f, 0x1.988454p0f, fused);
        part = x * part;
        return x * sigmoid(part, fused);
    case RANK_SILU:
        return x * sigmoid(x, fused);
    case RANK_ELU:
        return x > 0.0f ? x : activation.number * power_less_one(x, fused);
    }
    return x;
}

// The real functions and their bounds.

static double exact_sigmoid(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }

double oracle_function(rank_activation activation, double x) {
    const double number = (double)activation.number;
    switch (activation.function) {
    case RANK_LINEAR:
        return x;
    case RANK_RELU:
        return fmax(x, 0);
    case RANK_LEAKY_RELU:
        return x > 0 ? x : number * x;
    case RANK_RELU6:
        return fmin(fmax(x, 0), 6);
    case RANK_TANH:
        return tanh(x);
    case RANK_SIGMOID:
        return exact_sigmoid(x);
    case RANK_GELU:
        return x * 0.5 * erfc(-x * 0.70710678118654752440);
    case RANK_GELU_TANH:
        return x * exact_sigmoid(1.5957691216057308 * (x + 0.044715 * x * x * x));
    case RANK_SILU:
        return x * exact_sigmoid(x);
    case RANK_ELU:
        return x > 0 ? x : number * expm1(x);
    }
    return x;
}

// The magnitude of the function's parameter, at least 1.
static double factor(rank_activation activation) {
    const bool has_number = activation.function == RANK_LEAKY_RELU || activation.function == RANK_ELU;
    return has_number ? fmax(1, fabs((double)activation.number)) : 1;
}

double oracle_function_error(rank_activation activation, double size) {
    return 0x1p-22 * factor(activation) * fmax(1, size);
}

double oracle_slope(rank_activation activation) {
    switch (activation.function) {
    case RANK_SIGMOID:
        return 0.25;
    case RANK_GELU:
    case RANK_GELU_TANH:
        return 1.13;
    case RANK_SILU:
        return 1.1;
    default:
        return factor(activation);
    }
}

double oracle_size(rank_activation activation, double size) {
    switch (activation.function) {
    case RANK_SIGMOID:
    case RANK_TANH:
        return 1;
    case RANK_RELU6:
        return 6;
    default:
        return factor(activation) * size;
    }
}

// One float through a level's kernel, in a list of `count` at the place `place`.
static void check_value(counts *counts, rank_level level, rank_activation activation, float x) {
    const bool fused = rank_level_fuses(level);
    enum { COUNT = 35 };
    float values[COUNT];
    for (int index = 0; index < COUNT; index++) {
        values[index] = x;
    }
    rank_activate(level, activation, values, COUNT);
    const float right = oracle_activated(activation, x, fused);
    for (int index = 0; index < COUNT; index++) {
        EXPECT(counts, bits_of(values[index]) == bits_of(right) || (isnan(values[index]) && isnan(right)),
               "%s, function %d: %a becomes %a, not %a\n", rank_level_name(level), (int)activation.function, (double)x,
               (double)values[index], (double)right);
    }
    if (isfinite(x)) {
        const double real = oracle_function(activation, (double)x);
        EXPECT(counts, fabs((double)right - real) <= oracle_function_error(activation, fabs((double)x)),
               "function %d of %a is %a, far from %a\n", (int)activation.function, (double)x, (double)right, real);
    }
}

void check_activations(counts *counts, rank_level level, uint32_t values) {
    const float edges[] = {0.0f,  0x1p-149f, 0x1p-126f, 1.0f,      6.0f,      nextafterf(6.0f, 7.0f), 43.5f,   87.0f,
                           0.5f,  0x1p-24f,  88.0f,     87.33655f, 0x1p126f,  FLT_MAX,                INFINITY, NAN,
                           1e10f, 1e20f,     3e38f,     0.34657359f, 43.75f};
    for (int function = 0; function < RANK_FUNCTION_COUNT; function++) {
        const rank_activation activation = {(rank_function)function, 0.3f};
        for (size_t edge = 0; edge < sizeof edges / sizeof *edges; edge++) {
            check_value(counts, level, activation, edges[edge]);
            check_value(counts, level, activation, -edges[edge]);
        }
        uint64_t state = (uint64_t)function;
        for (uint32_t number = 0; number < values; number++) {
            const float mantissa = random_float(&state, 1.0f);
            check_value(counts, level, activation, ldexpf(mantissa, (int)random_number(&state, 0, 14) - 6));
            const uint32_t any = (uint32_t)random_bits(&state);
            float value;
            memcpy(&value, &any, sizeof value);
            check_value(counts, level, activation, value);
        }
    }
}
