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

static void check_product(counts *counts, rank_level level, const size_t *size, bool transposed, bool seeded,
                          uint64_t *state) {
    const size_t m = size[0], n = size[1], k = size[2];
    float *a = random_floats(m * k, state);
    float *b = random_floats(k * n, state);
    float *seed = random_floats(n, state);
    float *c = floats(m * n, false), *expected = floats(m * n, false);
    const size_t row = transposed ? 1 : k, column = transposed ? m : 1;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            float z = seeded ? seed[j] : 0.0f;
            for (size_t p = 0; p < k; p++) {
                z = fmaf(a[i * row + p * column], b[p * n + j], z);
            }
            expected[i * n + j] = z;
        }
    }
    for (size_t threads = 1; threads <= 4; threads++) {
        rank_team *team = rank_team_create(threads);
        for (size_t index = 0; index < m * n; index++) {
            c[index] = NAN;
        }
        rank_gemm(team, level, m, n, k, a, row, column, b, n, seeded ? seed : NULL, c, n);
        rank_team_destroy(team);
        for (size_t index = 0; index < m * n; index++) {
            EXPECT(counts, bits_of(c[index]) == bits_of(expected[index]),
                   "%s: %zu x %zu x %zu with %zu threads, element %zu is %a, not %a\n", rank_level_name(level), m, n, k,
                   threads, index, (double)c[index], (double)expected[index]);
        }
        const size_t cut = k / 3;
        team = rank_team_create(threads);
        rank_gemm(team, level, m, n, cut, a, row, column, b, n, seeded ? seed : NULL, c, n);
        rank_gemm_add(team, level, m, n, k - cut, a + cut * column, row, column, b + cut * n, n, c, n);
        rank_team_destroy(team);
        for (size_t index = 0; index < m * n; index++) {
            EXPECT(counts, bits_of(c[index]) == bits_of(expected[index]),
                   "%s: %zu x %zu x %zu in two parts with %zu threads, element %zu is %a, not %a\n",
                   rank_level_name(level), m, n, k, threads, index, (double)c[index], (double)expected[index]);
        }
    }
    free(a);
    free(b);
    free(seed);
    free(c);
    free(expected);
}

void check_gemm(counts *counts, rank_level level) {
    // Tiles, tails, blocks of the inner dimension, nothing to sum; then what is worth several threads: rows and columns
    // cut, fewer of either than threads, one column.
    const size_t sizes[][3] = {{1, 1, 1},   {6, 64, 128}, {7, 65, 129}, {13, 37, 300},  {5, 16, 0},    {64, 1, 40},
                               {1, 100, 260}, {12, 8, 2},  {3, 47, 1},  {131, 33, 40}, {1, 300, 400}, {9, 290, 61},
                               {290, 1, 601}, {3, 2, 30000}};
    uint64_t state = 5;
    for (size_t index = 0; index < sizeof sizes / sizeof *sizes; index++) {
        check_product(counts, level, sizes[index], false, true, &state);
        check_product(counts, level, sizes[index], true, false, &state);
    }
}
