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

// Whether two floats are equal, or both NaN, of any sign and payload.
static bool is_same(float one, float other) { return bits_of(one) == bits_of(other) || (isnan(one) && isnan(other)); }

// The values after relu and its mask: zeros of either sign among others. With `odd`, also infinities and NaN, whose
// product with zero must not be skipped.
static void strew(float *a, size_t count, float *b, size_t others, bool odd, uint64_t *state) {
    const float oddities[] = {INFINITY, -INFINITY, NAN, 0.0f, -0.0f, 1e-45f, -1e-45f, 3e38f};
    for (size_t index = 0; index < count; index++) {
        const float lot = random_float(state, 0.5f);
        a[index] = lot < -0.25f ? 0.0f : lot < 0.0f ? -0.0f : odd && lot > 0.45f ? -1e-30f : a[index];
    }
    for (size_t index = 0; odd && index < others; index++) {
        const float lot = random_float(state, 0.5f);
        if (lot > 0.4f) {
            b[index] = 1e-30f;
        } else if (lot < -0.495f) {
            b[index] = oddities[index % (sizeof oddities / sizeof *oddities)];
        }
    }
}

// Zeros at the same places of all rows, as of units that are dead for every example, and a few more.
static void kill_units(float *a, size_t rows, size_t row, size_t depth, size_t column, uint64_t *state) {
    for (size_t p = 0; p < depth; p++) {
        const bool is_dead = random_float(state, 0.5f) < 0;
        for (size_t i = 0; i < rows; i++) {
            float *element = a + i * row + p * column;
            *element = is_dead || random_float(state, 0.5f) < -0.45f ? copysignf(0, *element) : *element;
        }
    }
}

typedef enum { PLAIN, ZEROS, DEAD, ODD } kind;

static void check_product(counts *counts, rank_level level, const size_t *size, bool transposed, bool seeded,
                          kind kind, uint64_t *state) {
    const size_t m = size[0], n = size[1], k = size[2];
    float *a = random_floats(m * k, state);
    float *b = random_floats(k * n, state);
    float *seed = random_floats(n, state);
    const size_t row = transposed ? 1 : k, column = transposed ? m : 1;
    if (kind == DEAD) {
        kill_units(a, m, row, k, column, state);
    } else if (kind != PLAIN) {
        strew(a, m * k, b, k * n, kind == ODD, state);
    }
    if (kind == ODD) {
        seed[0] = -0.0f;
    }
    const int flags = kind == PLAIN ? 0 : RANK_GEMM_MANY_ZEROS;
    float *c = floats(m * n, false), *expected = floats(m * n, false);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            float z = seeded ? seed[j] : 0.0f;
            for (size_t p = 0; p < k; p++) {
                z = fmaf(a[i * row + p * column], b[p * n + j], z);
            }
            expected[i * n + j] = z == 0 ? 0.0f : z;
        }
    }
    for (size_t threads = 1; threads <= 4; threads++) {
        rank_team *team = rank_team_create(threads);
        for (size_t index = 0; index < m * n; index++) {
            c[index] = NAN;
        }
        rank_gemm(team, level, flags, m, n, k, a, row, column, b, n, seeded ? seed : NULL, c, n);
        rank_team_destroy(team);
        for (size_t index = 0; index < m * n; index++) {
            EXPECT(counts, is_same(c[index], expected[index]),
                   "%s: %zu x %zu x %zu with %zu threads, element %zu is %a, not %a\n", rank_level_name(level), m, n, k,
                   threads, index, (double)c[index], (double)expected[index]);
        }
        const size_t cut = k / 3;
        team = rank_team_create(threads);
        rank_gemm(team, level, flags, m, n, cut, a, row, column, b, n, seeded ? seed : NULL, c, n);
        rank_gemm(team, level, flags | RANK_GEMM_ADDS, m, n, k - cut, a + cut * column, row, column, b + cut * n, n,
                  NULL, c, n);
        rank_team_destroy(team);
        for (size_t index = 0; index < m * n; index++) {
            EXPECT(counts, is_same(c[index], expected[index]),
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
    // Tiles, tails, blocks of the inner dimension, nothing to sum; then sizes that several threads share: rows and
    // columns cut, fewer of either than threads, one column.
    const size_t sizes[][3] = {{1, 1, 1},   {6, 64, 128}, {7, 65, 129}, {13, 37, 300},  {5, 16, 0},    {64, 1, 40},
                               {1, 100, 260}, {12, 8, 2},  {3, 47, 1},  {131, 33, 40}, {1, 300, 400}, {9, 290, 61},
                               {290, 1, 601}, {3, 2, 30000}};
    uint64_t state = 5;
    for (size_t index = 0; index < sizeof sizes / sizeof *sizes; index++) {
        check_product(counts, level, sizes[index], false, true, PLAIN, &state);
        check_product(counts, level, sizes[index], true, false, PLAIN, &state);
    }
    // Whole and partial groups of columns, of eight floats and of the inner dimension; more rows than one block.
    const size_t sparse[][3] = {{120, 64, 256}, {64, 256, 120}, {13, 128, 64}, {7, 100, 65}, {300, 64, 9}, {1, 64, 1},
                                {9, 191, 131},  {5, 64, 0},     {40, 8, 30},   {33, 1, 70}};
    for (size_t index = 0; index < sizeof sparse / sizeof *sparse; index++) {
        for (kind kind = ZEROS; kind <= ODD; kind++) {
            check_product(counts, level, sparse[index], false, false, kind, &state);
            check_product(counts, level, sparse[index], false, true, kind, &state);
            check_product(counts, level, sparse[index], true, false, kind, &state);
            check_product(counts, level, sparse[index], true, true, kind, &state);
        }
    }
}
