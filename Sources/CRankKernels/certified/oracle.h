// The oracle of bounds: the integers and the order of float32 operations of docs/reference/certified-top-k.md, one at
// a time. Every other kernel has the same bits.
#pragma once

#include "../isa/vectors.h"
#include "../score/oracle.h"
#include "certified.h"

// Four units in a row share a lane of a column's sum, as in the registers of a dot-product instruction.
#define RANK_TOGETHER 4

TARGET static float bound_of(const rank_bounds *bounds, const uint8_t *record, uint32_t row) {
    const size_t row_bytes = bounds->row_bytes;
    const size_t kept = bounds->kept;
    const rank_record_tail *tail = rank_tail(record, row_bytes);
    const uint8_t *thresholds = bounds->thresholds + row * row_bytes;
    const int8_t *high = (const int8_t *)(record + row_bytes);
    const int8_t *low = high + row_bytes;
    int32_t column[RANK_LANES] = {0};
    int32_t sums[RANK_MOST_KEPT_OUTPUTS] = {0};
    for (size_t unit = 0; unit < row_bytes; unit++) {
        const int32_t x = record[unit] > thresholds[unit] ? record[unit] - thresholds[unit] : 0;
        column[unit / RANK_TOGETHER % RANK_LANES] += x * (RANK_COLUMN_DIGIT * high[unit] + low[unit]);
        const int8_t *weights = bounds->packed + unit / RANK_TOGETHER * (kept * RANK_TOGETHER);
        for (size_t output = 0; output < kept; output++) {
            sums[output] += x * weights[output * RANK_TOGETHER + unit % RANK_TOGETHER];
        }
    }
    float lane[RANK_LANES];
    for (size_t i = 0; i < RANK_LANES; i++) {
        lane[i] = (float)column[i] * tail->column_step;
        for (size_t output = i; output < kept; output += RANK_LANES) {
            const float z = __builtin_fmaf((float)sums[output], bounds->steps[output], tail->biases[output]);
            lane[i] = __builtin_fmaf(z > 0.0f ? z : 0.0f, bounds->output_weights[output], lane[i]);
        }
    }
    for (size_t half = RANK_LANES / 2; half > 0; half /= 2) {
        for (size_t i = 0; i < half; i++) {
            lane[i] = lane[i] + lane[i + half];
        }
    }
    return __builtin_fmaf(tail->slope, bounds->distances[row], lane[0] + tail->constant);
}

TARGET static void bound_rows(const rank_bounds *bounds, const uint8_t *record, const uint32_t *rows, size_t count,
                              float *out) {
    for (size_t index = 0; index < count; index++) {
        out[index] = bound_of(bounds, record, rows[index]);
    }
}
