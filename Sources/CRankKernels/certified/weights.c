#include "certified.h"
#include "rank_quantized.h"

#include <float.h>
#include <math.h>

#pragma STDC FP_CONTRACT OFF

// The largest sum of an output's weights of one sign that are multiplied and added in 16 bits: units side by side.
static int32_t largest_sum(uint32_t addends, const rank_matrix *hidden, uint32_t output, const int16_t *weights) {
    int32_t largest = 0;
    for (uint32_t first = 0; first < hidden->inputs; first += addends) {
        int32_t positive = 0;
        int32_t negative = 0;
        for (uint32_t unit = first; unit < first + addends && unit < hidden->inputs; unit++) {
            const int32_t weight = weights[(size_t)unit * hidden->outputs + output];
            positive += weight > 0 ? weight : 0;
            negative -= weight < 0 ? weight : 0;
        }
        const int32_t sum = positive > negative ? positive : negative;
        largest = sum > largest ? sum : largest;
    }
    return largest;
}

uint32_t rank_fit_weights(uint32_t addends, const rank_matrix *hidden, const double *scales, int16_t *weights,
                          float *steps) {
    const uint32_t outputs = rank_quantize_weights(RANK_PRECISION_INT8, hidden, scales, weights, steps);
    if (addends == 1 || outputs < hidden->outputs) {
        return outputs;
    }
    for (uint32_t output = 0; output < outputs; output++) {
        int32_t sum;
        while ((sum = largest_sum(addends, hidden, output, weights)) > RANK_MOST_TOGETHER) {
            const double step = (double)steps[output] * sum / RANK_MOST_TOGETHER;
            if (step > (double)FLT_MAX) {
                return output;
            }
            steps[output] = (float)step;
            for (uint32_t unit = 0; unit < hidden->inputs; unit++) {
                const size_t index = (size_t)unit * outputs + output;
                const double magic = 0x1.8p52;
                const double exact = scales[unit] > 0 ? hidden->kernel[index] / scales[unit] / step : 0;
                weights[index] = (int16_t)((exact + magic) - magic);
            }
        }
    }
    return outputs;
}
