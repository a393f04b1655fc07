#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "checks.h"
#include "model.h"
#include "random.h"

static float *random_floats(size_t count, uint64_t *state) {
    float *vector = floats(count, false);
    for (size_t index = 0; index < count; index++) {
        vector[index] = random_float(state, 0.5f);
    }
    return vector;
}

static void check_product(counts *counts, rank_level level, size_t m, size_t n, size_t k, bool transposed, bool seeded,
                          uint64_t *state) {
    float *a = random_floats(m * k, state);
    float *b = random_floats(k * n, state);
    float *seed = random_floats(n, state);
    float *c = floats(m * n, false);
    const size_t row = transposed ? 1 : k, column = transposed ? m : 1;
    rank_gemm(level, m, n, k, a, row, column, b, n, seeded ? seed : NULL, c, n);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            float z = seeded ? seed[j] : 0.0f;
            for (size_t p = 0; p < k; p++) {
                z = fmaf(a[i * row + p * column], b[p * n + j], z);
            }
            const float found = c[i * n + j];
            EXPECT(counts, bits_of(found) == bits_of(z), "%s: %zu x %zu x %zu, element (%zu, %zu) is %a, not %a\n",
                   rank_level_name(level), m, n, k, i, j, (double)found, (double)z);
        }
    }
    free(a);
    free(b);
    free(seed);
    free(c);
}

void check_gemm(counts *counts, rank_level level) {
    // Tiles, tails, blocks of the inner dimension, nothing to sum.
    const size_t sizes[][3] = {{1, 1, 1},   {6, 64, 128}, {7, 65, 129}, {13, 37, 300}, {5, 16, 0},
                               {64, 1, 40}, {1, 100, 260}, {12, 8, 2},  {3, 47, 1}};
    uint64_t state = 5;
    for (size_t index = 0; index < sizeof sizes / sizeof *sizes; index++) {
        const size_t *size = sizes[index];
        check_product(counts, level, size[0], size[1], size[2], false, true, &state);
        check_product(counts, level, size[0], size[1], size[2], true, false, &state);
    }
}
