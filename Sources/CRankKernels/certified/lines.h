// Lines above w3·relu(z): docs/reference/certified-top-k.md, "Lines". Compiled for each instruction set that includes
// this file: the compiler vectorises the loops.
#pragma once

#include <math.h>

#include "../isa/vectors.h"
#include "certified.h"

// The nearest level, ties to even: that of `rank_quantize_rows`.
INLINE double nearest_level(double level) {
    const double magic = 0x1.8p52;
    const double clamped = level > 0 ? level < RANK_TOP_LEVEL ? level : RANK_TOP_LEVEL : 0;
    return (clamped + magic) - magic;
}

// The candidate's half, raised to where no user activates the unit: the activations are the same.
INLINE double clipped(const rank_certificate *certificate, const float *row, size_t unit) {
    const double lowest = certificate->lowest[unit];
    return row[unit] > lowest ? row[unit] : lowest;
}

// z = b + h·W for every output.
INLINE void dense_outputs(const rank_certificate *certificate, const double *h, double *z) {
    const uint32_t outputs = certificate->outputs;
    for (uint32_t output = 0; output < outputs; output++) {
        z[output] = certificate->biases[output];
    }
    for (uint32_t unit = 0; unit < certificate->inputs; unit++) {
        if (h[unit] > 0) {
            const float *weights = certificate->weights + (size_t)unit * outputs;
            for (uint32_t output = 0; output < outputs; output++) {
                z[output] += h[unit] * weights[output];
            }
        }
    }
}

// The line of an output, m·z + e, no lower than w3·relu(z) for any candidate of the user. `size` is ‖h̄‖; `slack`
// takes what the line's own double precision may miss.
INLINE void line_of(const rank_certificate *certificate, uint32_t output, double z, double size, double *m, double *e,
                    double *slack) {
    const double w = certificate->output_weights[output];
    if (w <= 0) {
        *m = z > 0 ? w : 0;
        *e = 0;
        return;
    }
    const double error = RANK_DOUBLE_SLACK * (fabs(certificate->biases[output]) + size * certificate->norms[output]);
    const double low = z - certificate->below[output] - error;
    const double high = z + certificate->above[output] + error;
    if (low >= 0 || high <= 0) {
        *m = low >= 0 ? w : 0;
        *e = 0;
        return;
    }
    const double slope = high / (high - low);
    *m = w * slope;
    *e = -*m * low;
    *slack += RANK_DOUBLE_SLACK * w * (high - low) * 1e-3;
}

// h̄ and its norm: the activations of the mean candidate.
INLINE double mean_activations(const rank_certificate *certificate, const float *half, double *h) {
    double square = 0;
    for (uint32_t unit = 0; unit < certificate->inputs; unit++) {
        const double sum = half[unit] + certificate->mean[unit];
        h[unit] = certificate->scales[unit] > 0 && sum > 0 ? sum : 0;
        square += h[unit] * h[unit];
    }
    return sqrt(square);
}

TARGET static void reach(const rank_certificate *certificate, const float *rows, size_t stride, size_t count,
                         double *scratch, double *below, double *above) {
    const uint32_t outputs = certificate->outputs;
    // Σ d·w and Σ |d·w|, whose half sum and half difference are the sums of the positive and of the negative products.
    double *sums = scratch;
    double *sizes = scratch + outputs;
    for (size_t row = 0; row < count; row++) {
        memset(scratch, 0, 2 * outputs * sizeof *scratch);
        for (uint32_t unit = 0; unit < certificate->inputs; unit++) {
            if (certificate->scales[unit] <= 0) {
                continue;
            }
            const double d = clipped(certificate, rows + row * stride, unit) - certificate->mean[unit];
            const float *weights = certificate->weights + (size_t)unit * outputs;
            for (uint32_t output = 0; output < outputs; output++) {
                const double product = d * weights[output];
                sums[output] += product;
                sizes[output] += fabs(product);
            }
        }
        for (uint32_t output = 0; output < outputs; output++) {
            const double slack = RANK_DOUBLE_SLACK * sizes[output];
            const double positive = 0.5 * (sizes[output] + sums[output]) + slack;
            const double negative = 0.5 * (sizes[output] - sums[output]) + slack;
            above[output] = positive > above[output] ? positive : above[output];
            below[output] = negative > below[output] ? negative : below[output];
        }
    }
}

TARGET static void row_errors(const rank_certificate *certificate, const float *rows, size_t stride, size_t count,
                              double *distances, double *errors) {
    for (size_t row = 0; row < count; row++) {
        const float *half = rows + row * stride;
        double distance = 0;
        double error = 0;
        for (uint32_t unit = 0; unit < certificate->inputs; unit++) {
            const double scale = certificate->scales[unit];
            if (scale <= 0) {
                continue;
            }
            const double d = clipped(certificate, half, unit) - certificate->mean[unit];
            distance += d * d;
            const double below = (double)certificate->highest[unit] - (double)half[unit];
            const double exact = below * scale;
            if (exact < RANK_LEVEL_LIMIT) {
                const double level = nearest_level(exact);
                const double beta = below - level / scale;
                error += beta * beta;
            }
        }
        distances[row] = sqrt(distance) * (1 + RANK_DOUBLE_SLACK);
        errors[row] = sqrt(error) * (1 + RANK_DOUBLE_SLACK);
    }
}

TARGET static void line_losses(const rank_certificate *certificate, const float *half, const float *rows,
                               size_t stride, size_t count, double *scratch, double *losses) {
    const uint32_t outputs = certificate->outputs;
    double *h = scratch;
    double *z = h + certificate->inputs;
    double *m = z + outputs;
    double *e = m + outputs;
    const double size = mean_activations(certificate, half, h);
    double slack = 0;
    dense_outputs(certificate, h, z);
    for (uint32_t output = 0; output < outputs; output++) {
        line_of(certificate, output, z[output], size, m + output, e + output, &slack);
    }
    for (size_t row = 0; row < count; row++) {
        for (uint32_t unit = 0; unit < certificate->inputs; unit++) {
            const double sum = half[unit] + clipped(certificate, rows + row * stride, unit);
            h[unit] = certificate->scales[unit] > 0 && sum > 0 ? sum : 0;
        }
        dense_outputs(certificate, h, z);
        for (uint32_t output = 0; output < outputs; output++) {
            const double exact = z[output] > 0 ? certificate->output_weights[output] * z[output] : 0;
            losses[output] += m[output] * z[output] + e[output] - exact;
        }
    }
}
