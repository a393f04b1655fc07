// Conversion from float32 to integers, computed in double: the same integers on every CPU. docs/reference/numerics.md
// has the formulas.
#include "integers.h"

#include <float.h>
#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

// The nearest integer, ties to even, for |x| < 2^51, without a library call.
static inline double nearest(double x) {
    const double magic = 0x1.8p52;
    return (x + magic) - magic;
}

size_t rank_quantized_row_bytes(rank_precision precision, uint32_t units) {
    const size_t bytes = (size_t)units * rank_unit_bytes(precision);
    return (bytes + RANK_BLOCK_BYTES - 1) / RANK_BLOCK_BYTES * RANK_BLOCK_BYTES;
}

void rank_highest(const float *rows, size_t count, size_t stride, uint32_t units, float *highest) {
    for (size_t row = 0; row < count; row++) {
        const float *values = rows + row * stride;
        for (uint32_t unit = 0; unit < units; unit++) {
            highest[unit] = values[unit] > highest[unit] ? values[unit] : highest[unit];
        }
    }
}

uint32_t rank_unit_scales(rank_precision precision, uint32_t units, const float *highest_user,
                          const float *highest_candidate, double *scales) {
    for (uint32_t unit = 0; unit < units; unit++) {
        const double highest = (double)highest_user[unit] + (double)highest_candidate[unit];
        // A unit that no pair activates has no levels.
        scales[unit] = highest > 0 ? rank_top(precision) / highest : 0;
        if (isnan(highest) || highest == (double)INFINITY) {
            return unit;
        }
    }
    return units;
}

uint32_t rank_quantize_weights(rank_precision precision, const rank_matrix *hidden, const double *scales,
                               int16_t *weights, float *steps) {
    const uint32_t inputs = hidden->inputs;
    const uint32_t outputs = hidden->outputs;
    const double most = precision == RANK_PRECISION_INT16 ? INT16_MAX : INT8_MAX;
    // Rounding may add one half for each input.
    const double fitting = (double)(INT32_MAX / rank_top(precision)) - 1 - 0.5 * inputs;
    memset(steps, 0, hidden->stride * sizeof(float));
    for (uint32_t output = 0; output < outputs; output++) {
        double largest = 0;
        double positive = 0;
        double negative = 0;
        for (uint32_t unit = 0; unit < inputs; unit++) {
            const double weight = hidden->kernel[(size_t)unit * outputs + output];
            const double folded = scales[unit] > 0 ? weight / scales[unit] : 0;
            largest = fabs(folded) > largest ? fabs(folded) : largest;
            positive += folded > 0 ? folded : 0;
            negative -= folded < 0 ? folded : 0;
        }
        const double sum = positive > negative ? positive : negative;
        const double by_weight = largest / most;
        const double by_sum = sum / fitting;
        const double step = by_weight > by_sum ? by_weight : by_sum;
        if (step > (double)FLT_MAX) {
            return output;
        }
        // Weights this small count as 0.
        const bool is_zero = step < (double)FLT_MIN;
        steps[output] = is_zero ? 0 : (float)step;
        for (uint32_t unit = 0; unit < inputs; unit++) {
            const size_t index = (size_t)unit * outputs + output;
            const bool is_dead = is_zero || scales[unit] <= 0;
            weights[index] = is_dead ? 0 : (int16_t)nearest(hidden->kernel[index] / scales[unit] / step);
        }
    }
    return outputs;
}

void rank_quantize_rows(rank_precision precision, rank_half half, uint32_t units, const double *scales,
                        const float *highest_candidate, const float *rows, size_t stride, size_t count,
                        uint8_t *table) {
    const size_t row_bytes = rank_quantized_row_bytes(precision, units);
    const double top = rank_top(precision);
    memset(table, 0, count * row_bytes);
    for (size_t row = 0; row < count; row++) {
        const float *values = rows + row * stride;
        uint8_t *bytes = table + row * row_bytes;
        for (uint32_t unit = 0; unit < units; unit++) {
            const double best = highest_candidate[unit];
            // NaN gives the level 0 in the user's half and the highest threshold in the candidate's: relu turns it into
            // 0.
            double level;
            if (half == RANK_HALF_USER) {
                level = ((double)values[unit] + best) * scales[unit];
                level = level > 0 ? level : 0;
                level = level < top ? level : top;
            } else {
                level = (best - (double)values[unit]) * scales[unit];
                level = level < top ? level : top;
                level = level > 0 ? level : 0;
            }
            const uint16_t integer = (uint16_t)nearest(level);
            if (precision == RANK_PRECISION_INT16) {
                memcpy(bytes + 2 * (size_t)unit, &integer, 2);
            } else {
                bytes[unit] = (uint8_t)integer;
            }
        }
    }
}
