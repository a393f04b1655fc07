// A user's record: docs/reference/certified-top-k.md, "The record". Compiled for each instruction set that includes
// this file.
#pragma once

#include "lines.h"

// The least number that a float bound is raised by: more than all underflows of a score together.
#define RANK_LEAST_MARGIN 1e-30

// A float no less than `value`.
INLINE float rounded_up(double value) {
    const float near = (float)value;
    return (double)near < value ? nextafterf(near, INFINITY) : near;
}

// The user's levels, A, and what they miss, α. Returns false where a level is beyond the last one.
INLINE bool round_user(const rank_certificate *certificate, const float *half, uint8_t *levels, double *alpha) {
    for (uint32_t unit = 0; unit < certificate->inputs; unit++) {
        const double scale = certificate->scales[unit];
        const double sum = (double)half[unit] + (double)certificate->highest[unit];
        const double exact = sum * scale;
        alpha[unit] = 0;
        // Also for NaN.
        if (!(scale > 0 ? exact <= RANK_LEVEL_LIMIT : sum <= 0)) {
            return false;
        }
        const double level = nearest_level(exact);
        levels[unit] = (uint8_t)level;
        // Below 0 the unit is dead with every candidate.
        if (scale > 0 && sum > 0) {
            alpha[unit] = sum - level / scale;
        }
    }
    return true;
}

// The biases of the kept outputs, b + κ.
INLINE void round_biases(const rank_certificate *certificate, const double *h, const double *alpha,
                         rank_record_tail *tail) {
    const uint32_t count = certificate->kept;
    double kappa[RANK_MOST_KEPT_OUTPUTS] = {0};
    for (uint32_t unit = 0; unit < certificate->inputs; unit++) {
        if (h[unit] > 0 || alpha[unit] != 0) {
            const double *errors = certificate->kept_errors + (size_t)unit * count;
            const double *weights = certificate->kept_weights + (size_t)unit * count;
            const double half = 0.5 * alpha[unit];
            for (uint32_t kept = 0; kept < count; kept++) {
                kappa[kept] += h[unit] * errors[kept] + half * weights[kept];
            }
        }
    }
    for (uint32_t output = 0; output < certificate->outputs; output++) {
        const uint32_t kept = certificate->places[output];
        if (kept < count) {
            tail->biases[kept] = (float)(certificate->biases[output] + kappa[kept]);
        }
    }
}

// Norms and products of a column and its integers, ĝ.
typedef struct column {
    double size;
    double weight;
    double error;
    double constant;
} column;

// The column's two digits, and its share of the constant.
INLINE column round_column(const rank_certificate *certificate, const double *g, const double *h, const double *alpha,
                           int8_t *high, int8_t *low, rank_record_tail *tail) {
    const uint32_t inputs = certificate->inputs;
    double largest = 0;
    for (uint32_t unit = 0; unit < inputs; unit++) {
        const double folded = certificate->scales[unit] > 0 ? fabs(g[unit]) / certificate->scales[unit] : 0;
        largest = folded > largest ? folded : largest;
    }
    const float rounded = (float)(largest / RANK_COLUMN_TOP);
    // A column this small counts as error alone.
    tail->column_step = rounded > 0x1p-100f ? rounded : 0;
    const double step = tail->column_step;
    column column = {0};
    for (uint32_t unit = 0; unit < inputs; unit++) {
        const double scale = certificate->scales[unit];
        if (scale <= 0) {
            continue;
        }
        const double magic = 0x1.8p52;
        double digits = step > 0 ? g[unit] / scale / step : 0;
        digits = digits < RANK_COLUMN_TOP ? digits : RANK_COLUMN_TOP;
        digits = digits > -RANK_COLUMN_TOP ? digits : -RANK_COLUMN_TOP;
        const int32_t integer = (int32_t)((digits + magic) - magic);
        // From −64 to 63, and from −127 to 127.
        const int32_t lower = ((integer + RANK_COLUMN_DIGIT / 2) & (RANK_COLUMN_DIGIT - 1)) - RANK_COLUMN_DIGIT / 2;
        low[unit] = (int8_t)lower;
        high[unit] = (int8_t)((integer - lower) / RANK_COLUMN_DIGIT);
        const double exact = scale * integer * step;
        const double missed = g[unit] - exact;
        const double weight = certificate->half_weights[unit] + g[unit];
        const double error = certificate->half_errors[unit] + missed;
        column.size += exact * exact;
        column.weight += weight * weight;
        column.error += error * error;
        column.constant += 0.5 * alpha[unit] * g[unit] + h[unit] * missed;
    }
    column.size = sqrt(column.size);
    column.weight = sqrt(column.weight);
    column.error = sqrt(column.error);
    return column;
}

TARGET static bool certify_user(const rank_certificate *certificate, const float *half, double term, double term_size,
                                double *scratch, uint8_t *record) {
    const uint32_t inputs = certificate->inputs;
    const uint32_t outputs = certificate->outputs;
    const size_t row_bytes = certificate->row_bytes;
    double *h = scratch;
    double *alpha = h + inputs;
    double *g = alpha + inputs;
    double *z = g + inputs;
    double *m = z + outputs;
    rank_record_tail tail = {0};
    const size_t bytes = rank_record_bytes(row_bytes, certificate->kept);
    memset(record, 0, bytes);
    if (!round_user(certificate, half, record, alpha)) {
        return false;
    }
    const double size = mean_activations(certificate, half, h) * (1 + RANK_DOUBLE_SLACK);
    dense_outputs(certificate, h, z);
    round_biases(certificate, h, alpha, &tail);
    double constant = certificate->output_bias + term;
    double slack = RANK_LEAST_MARGIN;
    for (uint32_t output = 0; output < outputs; output++) {
        m[output] = 0;
        if (certificate->places[output] == certificate->kept) {
            double e = 0;
            line_of(certificate, output, z[output], size, m + output, &e, &slack);
            constant += m[output] * certificate->biases[output] + e;
            slack += RANK_DOUBLE_SLACK * 1e-3 * e;
        }
    }
    double square = 0;
    for (uint32_t unit = 0; unit < inputs; unit++) {
        const float *weights = certificate->weights + (size_t)unit * outputs;
        double parts[8] = {0};
        uint32_t output = 0;
        for (; output + 8 <= outputs; output += 8) {
            for (uint32_t part = 0; part < 8; part++) {
                parts[part] += m[output + part] * weights[output + part];
            }
        }
        for (; output < outputs; output++) {
            parts[0] += m[output] * weights[output];
        }
        g[unit] = ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]));
        square += alpha[unit] * alpha[unit];
    }
    int8_t *high = (int8_t *)(record + row_bytes);
    const column column = round_column(certificate, g, h, alpha, high, high + row_bytes, &tail);
    constant += column.constant;
    tail.constant = (float)constant;

    const double level_error = sqrt(square) + certificate->level_slack;
    const double threshold_error = certificate->threshold_error + certificate->level_slack;
    const double gamma = column.weight + certificate->weight_norm;
    const double omega = column.error + certificate->error_norm;
    // How large activations are, but for r; what a score and a bound sum.
    const double reached = size + level_error + threshold_error;
    const double score_slope = certificate->score_rounding * certificate->weight_size;
    const double bound_slope =
        certificate->bound_rounding * (certificate->weight_size + 2 * certificate->integer_size + column.size);
    const double fixed = certificate->score_rounding * (certificate->bias_size + term_size) +
                         certificate->bound_rounding * (certificate->bias_size + term_size + fabs(constant));
    const double margin = gamma * (0.5 * level_error + threshold_error) + omega * (level_error + threshold_error) +
                          fixed + reached * (score_slope + bound_slope) + slack;
    tail.margin = rounded_up(margin * (1 + RANK_DOUBLE_SLACK));
    // The multiply-add that brings r in rounds once more.
    tail.slope = rounded_up((omega + score_slope + bound_slope + RANK_LEAST_MARGIN) * (1 + 0x1p-20));
    memcpy(record + 3 * row_bytes, &tail, bytes - 3 * row_bytes);
    return isfinite(tail.margin) && isfinite(tail.slope) && isfinite(tail.constant);
}
