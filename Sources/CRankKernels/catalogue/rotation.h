// The rotation of an embedding, for the TARGET of a vocabulary. A compiler puts columns side by side.
#pragma once

#include "../isa/vectors.h"
#include "catalogue.h"

INLINE void rotate_row(const rank_catalogue_rotation *rotation, const float *embedding, double *restrict factors) {
    // Sums of as many columns stay in registers.
    enum { TOGETHER = 4 * RANK_CATALOGUE_LANES };
    for (uint32_t column = 0; column < rotation->stride; column += TOGETHER) {
        const uint32_t left = rotation->stride - column;
        const uint32_t width = left < TOGETHER ? left : TOGETHER;
        double sums[TOGETHER] = {0};
        for (uint32_t row = 0; row < rotation->dimensions; row++) {
            const double x = embedding[row] - (rotation->centre ? rotation->centre[row] : 0);
            const double *weights = rotation->matrix + (size_t)row * rotation->stride + column;
            if (width == TOGETHER) {
                for (uint32_t lane = 0; lane < TOGETHER; lane++) {
                    sums[lane] += x * weights[lane];
                }
            } else {
                for (uint32_t lane = 0; lane < width; lane++) {
                    sums[lane] += x * weights[lane];
                }
            }
        }
        for (uint32_t lane = 0; lane < width; lane++) {
            factors[column + lane] = sums[lane];
        }
    }
}
