#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "model.h"
#include "random.h"

#pragma STDC FP_CONTRACT OFF

typedef struct weights {
    float *values, *first, *second;
} weights;

static weights random_weights(size_t count, uint64_t state) {
    weights weights = {floats(count, false), floats(count, false), floats(count, false)};
    for (size_t i = 0; i < count; i++) {
        weights.values[i] = random_float(&state, 0.5f);
        weights.first[i] = random_float(&state, 0.1f);
        weights.second[i] = fabsf(random_float(&state, 0.1f));
    }
    return weights;
}

static void expect_equal(counts *counts, rank_level level, const char *what, size_t count, const float *found,
                         const float *expected) {
    for (size_t i = 0; i < count; i++) {
        EXPECT(counts, bits_of(found[i]) == bits_of(expected[i]), "%s: %s of %zu: number %zu is %a, not %a\n",
               rank_level_name(level), what, count, i, (double)found[i], (double)expected[i]);
    }
}

static void finish(counts *counts, rank_level level, const char *what, size_t count, weights found, weights expected) {
    expect_equal(counts, level, what, count, found.values, expected.values);
    expect_equal(counts, level, what, count, found.first, expected.first);
    expect_equal(counts, level, what, count, found.second, expected.second);
    float *all[] = {found.values, found.first, found.second, expected.values, expected.first, expected.second};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        free(all[i]);
    }
}

static void adam(weights weights, size_t i, float g, rank_training_adam_step step) {
    weights.first[i] += (g - weights.first[i]) * step.first_share;
    weights.second[i] += (g * g - weights.second[i]) * step.second_share;
    weights.values[i] -= weights.first[i] * step.rate / (sqrtf(weights.second[i]) + step.epsilon);
}

static void check_optimizers(counts *counts, rank_level level, size_t rows, size_t width, uint64_t *state) {
    const rank_training_adam_step step = {0.003f, 0.1f, 0.001f, 1e-7f};
    const size_t count = rows * width;
    const uint64_t start = random_bits(state);
    float *gradients = floats(count, false);
    int32_t *places = malloc((rows + 1) * sizeof *places);
    for (size_t i = 0; i < count; i++) {
        gradients[i] = random_number(state, 0, 3) == 0 ? 0 : random_float(state, 0.01f);
    }
    int32_t next = 0;
    for (size_t row = 0; row < rows; row++) {
        places[row] = random_number(state, 0, 1) == 0 ? -1 : next++;
    }

    weights found = random_weights(count, start), expected = random_weights(count, start);
    rank_training_adagrad(level, count, 0.1f, 1e-7f, gradients, found.second, found.values);
    for (size_t i = 0; i < count; i++) {
        expected.second[i] += gradients[i] * gradients[i];
        expected.values[i] -= 0.1f * gradients[i] / sqrtf(expected.second[i] + 1e-7f);
    }
    finish(counts, level, "adagrad", count, found, expected);

    found = random_weights(count, start);
    expected = random_weights(count, start);
    rank_training_adam(level, count, step, gradients, found.first, found.second, found.values);
    for (size_t i = 0; i < count; i++) {
        adam(expected, i, gradients[i], step);
    }
    finish(counts, level, "adam", count, found, expected);

    found = random_weights(count, start);
    expected = random_weights(count, start);
    rank_training_adam_rows(level, rows, width, places, step, gradients, found.first, found.second, found.values);
    for (size_t i = 0; i < count; i++) {
        const int32_t place = places[i / width];
        adam(expected, i, place < 0 ? 0 : gradients[(size_t)place * width + i % width], step);
    }
    finish(counts, level, "adam by rows", count, found, expected);
    free(gradients);
    free(places);
}

void check_training(counts *counts, rank_level level) {
    const size_t sizes[][2] = {{1, 1}, {0, 4}, {7, 16}, {9, 37}, {30, 5}, {12, 64}};
    uint64_t state = 6;
    for (size_t index = 0; index < sizeof sizes / sizeof *sizes; index++) {
        check_optimizers(counts, level, sizes[index][0], sizes[index][1], &state);
    }
}
