#include <float.h>
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

static void check_optimizers(counts *counts, rank_team *team, rank_level level, size_t rows, size_t width,
                             uint64_t *state) {
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
    rank_training_adagrad(team, level, count, 0.1f, 1e-7f, gradients, found.second, found.values);
    for (size_t i = 0; i < count; i++) {
        expected.second[i] += gradients[i] * gradients[i];
        expected.values[i] -= 0.1f * gradients[i] / sqrtf(expected.second[i] + 1e-7f);
    }
    finish(counts, level, "adagrad", count, found, expected);

    found = random_weights(count, start);
    expected = random_weights(count, start);
    rank_training_adam(team, level, count, step, gradients, found.first, found.second, found.values);
    for (size_t i = 0; i < count; i++) {
        adam(expected, i, gradients[i], step);
    }
    finish(counts, level, "adam", count, found, expected);

    found = random_weights(count, start);
    expected = random_weights(count, start);
    rank_training_adam_rows(team, level, rows, width, places, step, gradients, found.first, found.second, found.values);
    for (size_t i = 0; i < count; i++) {
        const int32_t place = places[i / width];
        adam(expected, i, place < 0 ? 0 : gradients[(size_t)place * width + i % width], step);
    }
    finish(counts, level, "adam by rows", count, found, expected);
    free(gradients);
    free(places);
}

// Numbers like those of a layer: a third of them not above zero.
static float *random_numbers(size_t count, uint64_t *state) {
    float *numbers = floats(count, false);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = random_float(state, 0.5f);
    }
    return numbers;
}

static int32_t *random_places(size_t count, size_t *different, uint64_t *state) {
    int32_t *places = malloc((count + 1) * sizeof *places);
    *different = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t place = (size_t)random_number(state, 0, (uint32_t)*different);
        places[i] = (int32_t)place;
        *different += place == *different;
    }
    return places;
}

static void check_rows(counts *counts, rank_team *team, rank_level level, size_t rows, size_t width, uint64_t *state) {
    const size_t count = rows * width;
    size_t users, items;
    int32_t *first = random_places(rows, &users, state), *second = random_places(rows, &items, state);
    float *p = random_numbers(users * width, state), *q = random_numbers(items * width, state);
    float *gradients = random_numbers(count, state), *found = floats(count, false), *expected = floats(count, false);
    float *sums = floats(users * width, false), *others = floats(items * width, false);
    float *user_sums = floats(users * width, false), *item_sums = floats(items * width, false);

    rank_training_add_rows(team, level, rows, width, first, second, p, q, 1, found);
    for (size_t i = 0; i < count; i++) {
        const float *half = p + (size_t)first[i / width] * width, *other = q + (size_t)second[i / width] * width;
        const float sum = half[i % width] + other[i % width];
        expected[i] = sum > 0 ? sum : 0;
    }
    expect_equal(counts, level, "sums of rows", count, found, expected);

    // In two calls, the second of which adds to the sums of the first.
    size_t cut = rows / 3, summed = 0, others_summed = 0;
    rank_training_segment_sums(team, level, cut, width, first, second, 0, 0, gradients, found, sums, others);
    for (size_t e = 0; e < cut; e++) {
        summed = (size_t)first[e] >= summed ? (size_t)first[e] + 1 : summed;
        others_summed = (size_t)second[e] >= others_summed ? (size_t)second[e] + 1 : others_summed;
    }
    rank_training_segment_sums(team, level, rows - cut, width, first + cut, second + cut, summed, others_summed,
                               gradients + cut * width, found + cut * width, sums, others);
    for (size_t i = 0; i < count; i++) {
        const float gradient = found[i] > 0 ? gradients[i] : 0;
        user_sums[(size_t)first[i / width] * width + i % width] += gradient;
        item_sums[(size_t)second[i / width] * width + i % width] += gradient;
    }
    expect_equal(counts, level, "sums by the first rows", users * width, sums, user_sums);
    expect_equal(counts, level, "sums by the second rows", items * width, others, item_sums);

    memcpy(expected, gradients, count * sizeof *expected);
    rank_training_mask(team, level, count, found, gradients);
    rank_training_scale(team, count, 1.25f, gradients);
    rank_training_add_scaled(team, count, 0.3f, found, gradients);
    for (size_t i = 0; i < count; i++) {
        const float scaled = 0.3f * found[i];
        expected[i] = (found[i] > 0 ? expected[i] : 0) * 1.25f + scaled;
    }
    expect_equal(counts, level, "mask, scale and penalty", count, gradients, expected);

    rank_training_drop(team, count, 3, (uint64_t)1 << 30, 4, gradients);
    for (size_t i = 0; i < count; i++) {
        const uint64_t bits = rank_split_mix(3, i / 2);
        expected[i] = (i % 2 == 0 ? bits & 0xFFFFFFFF : bits >> 32) < (uint64_t)1 << 30 ? 0 : expected[i] * 4;
    }
    expect_equal(counts, level, "dropout", count, gradients, expected);

    rank_training_transpose(team, rows, width, gradients, found);
    for (size_t i = 0; i < count; i++) {
        expected[i % width * rows + i / width] = gradients[i];
    }
    expect_equal(counts, level, "transpose", count, found, expected);

    rank_training_gather(team, rows, width, first, p, found);
    for (size_t i = 0; i < count; i++) {
        expected[i] = p[(size_t)first[i / width] * width + i % width];
    }
    expect_equal(counts, level, "gathered rows", count, found, expected);

    float *all[] = {p, q, gradients, found, expected, sums, others, user_sums, item_sums};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        free(all[i]);
    }
    free(first);
    free(second);
}

// Values that comparisons with zero, or sums, may get wrong.
static float special_number(uint64_t *state) {
    static const float numbers[] = {NAN,       -NAN,       0,           -0.0f,        0x1p-149f, -0x1p-149f,
                                    FLT_MIN,   -FLT_MIN,   0x1.8p-127f, -0x1.8p-127f, INFINITY,  -INFINITY,
                                    1,         -1,         0.3f,        -0.3f};
    return numbers[random_number(state, 0, sizeof numbers / sizeof *numbers - 1)];
}

// Equal bits, or both NaN: which of two NaN a sum keeps is not defined.
static void expect_like(counts *counts, rank_level level, const char *what, size_t count, const float *found,
                        const float *expected) {
    for (size_t i = 0; i < count; i++) {
        const bool like = isnan(expected[i]) ? isnan(found[i]) : bits_of(found[i]) == bits_of(expected[i]);
        EXPECT(counts, like, "%s: %s of %zu: number %zu is %a, not %a\n", rank_level_name(level), what, count, i,
               (double)found[i], (double)expected[i]);
    }
}

// Adds row e of `gradients` to row `places[e]` of the sums; the first row of a sum is copied.
static void sum_rows(size_t rows, size_t width, const int32_t *places, const float *gradients, float *sums) {
    int32_t seen = 0;
    for (size_t e = 0; e < rows; e++) {
        float *sum = sums + (size_t)places[e] * width;
        for (size_t j = 0; j < width; j++) {
            sum[j] = places[e] == seen ? gradients[e * width + j] : sum[j] + gradients[e * width + j];
        }
        seen += places[e] == seen;
    }
}

// A gradient counts unless its output is zero or below; it counts where the output is NaN or subnormal.
static void check_special_numbers(counts *counts, rank_team *team, rank_level level, size_t rows, size_t width,
                                  uint64_t *state) {
    const size_t count = rows * width;
    size_t users, items;
    int32_t *first = random_places(rows, &users, state), *second = random_places(rows, &items, state);
    float *outputs = floats(count, false), *gradients = floats(count, false), *masked = floats(count, false);
    float *p = floats(users * width, false), *q = floats(items * width, false);
    float *user_sums = floats(users * width, false), *item_sums = floats(items * width, false);
    for (size_t i = 0; i < count; i++) {
        outputs[i] = special_number(state);
        gradients[i] = special_number(state);
        masked[i] = outputs[i] <= 0 ? 0 : gradients[i];
    }
    rank_training_segment_sums(team, level, rows, width, first, second, 0, 0, gradients, outputs, p, q);
    sum_rows(rows, width, first, masked, user_sums);
    sum_rows(rows, width, second, masked, item_sums);
    expect_like(counts, level, "masked sums by the first rows", users * width, p, user_sums);
    expect_like(counts, level, "masked sums by the second rows", items * width, q, item_sums);

    rank_training_segment_sums(team, level, rows, width, first, second, 0, 0, gradients, NULL, p, q);
    sum_rows(rows, width, first, gradients, user_sums);
    sum_rows(rows, width, second, gradients, item_sums);
    expect_like(counts, level, "special sums by the first rows", users * width, p, user_sums);
    expect_like(counts, level, "special sums by the second rows", items * width, q, item_sums);

    rank_training_mask(team, level, count, outputs, gradients);
    // Nothing is added: no bit may change, not even of a NaN.
    expect_equal(counts, level, "mask by special numbers", count, gradients, masked);

    for (size_t i = 0; i < count; i++) {
        masked[i] = outputs[i] <= 0 ? 0 : outputs[i];
    }
    rank_training_relu(team, level, count, outputs);
    expect_equal(counts, level, "relu of special numbers", count, outputs, masked);

    float *all[] = {outputs, gradients, masked, p, q, user_sums, item_sums};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        free(all[i]);
    }
    free(first);
    free(second);
}

// NaN passes relu, so it reaches the loss.
static void check_not_a_number(counts *counts, rank_level level) {
    const int32_t places[2] = {0, 0};
    for (size_t width = 1; width <= 40; width++) {
        float *p = floats(width, false), *q = floats(width, false), *sums = floats(2 * width, false);
        for (size_t i = 0; i < width; i++) {
            p[i] = i % 2 == 0 ? NAN : 1;
            q[i] = -2;
        }
        rank_training_add_rows(NULL, level, 2, width, places, places, p, q, 1, sums);
        for (size_t i = 0; i < width; i++) {
            q[i] = i % 2 == 0 ? NAN : -1;
        }
        rank_training_relu(NULL, level, width, q);
        for (size_t i = 0; i < width; i++) {
            const bool expected = i % 2 == 0;
            EXPECT(counts, (isnan(sums[i]) != 0) == expected && (isnan(sums[width + i]) != 0) == expected,
                   "%s: number %zu of %zu sums is %f\n", rank_level_name(level), i, width, (double)sums[i]);
            EXPECT(counts, (isnan(q[i]) != 0) == expected && (expected || bits_of(q[i]) == 0),
                   "%s: relu of number %zu of %zu is %f\n", rank_level_name(level), i, width, (double)q[i]);
        }
        free(p);
        free(q);
        free(sums);
    }
}

void check_training(counts *counts, rank_level level) {
    check_not_a_number(counts, level);
    // The last sizes are large enough for several threads.
    const size_t sizes[][2] = {{1, 1}, {0, 4}, {7, 16}, {9, 37}, {30, 5}, {12, 64}, {407, 37}, {5, 4099}, {20011, 1}};
    uint64_t state = 6;
    for (size_t threads = 1; threads <= 4; threads++) {
        rank_team *team = rank_team_create(threads);
        for (size_t index = 0; index < sizeof sizes / sizeof *sizes; index++) {
            check_optimizers(counts, team, level, sizes[index][0], sizes[index][1], &state);
            check_rows(counts, team, level, sizes[index][0], sizes[index][1], &state);
            check_special_numbers(counts, team, level, sizes[index][0], sizes[index][1], &state);
        }
        rank_team_destroy(team);
    }
}
