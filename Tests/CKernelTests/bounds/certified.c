#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../checks.h"
#include "../random.h"

#define MOST_CANDIDATES 80

static void *block(size_t bytes) {
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!memory) {
        fprintf(stderr, "out of memory\n");
        exit(70);
    }
    memset(memory, 0, (bytes + 63) / 64 * 64);
    return memory;
}

static float *random_floats(uint64_t *state, size_t count, float limit) {
    float *values = block(count * sizeof *values);
    for (size_t index = 0; index < count; index++) {
        values[index] = random_float(state, limit);
    }
    return values;
}

static double *random_doubles(uint64_t *state, size_t count, float least, float limit) {
    double *values = block(count * sizeof *values);
    for (size_t index = 0; index < count; index++) {
        values[index] = least + fabsf(random_float(state, limit));
    }
    return values;
}

/// A certificate of random numbers, which prove nothing: every level has to write the same record from them.
typedef struct numbers {
    rank_certificate certificate;
    uint32_t places[300];
} numbers;

static numbers make_numbers(uint64_t *state, uint32_t inputs, uint32_t outputs, uint32_t kept) {
    numbers numbers = {
        .certificate = {
            .inputs = inputs,
            .outputs = outputs,
            .kept = kept,
            .row_bytes = (inputs + 63) / 64 * 64,
            .scales = random_doubles(state, inputs, 20, 60),
            .highest = random_floats(state, inputs, 1),
            .lowest = random_doubles(state, inputs, -3, 1),
            .mean = random_doubles(state, inputs, -0.5f, 1),
            .weights = random_floats(state, (size_t)inputs * outputs, 0.3f),
            .kept_weights = random_doubles(state, (size_t)inputs * kept, -0.2f, 0.4f),
            .kept_errors = random_doubles(state, (size_t)inputs * kept, -1e-3f, 2e-3f),
            .biases = random_floats(state, outputs, 0.5f),
            .output_weights = random_floats(state, outputs, 0.5f),
            .below = random_doubles(state, outputs, 0.1f, 3),
            .above = random_doubles(state, outputs, 0.1f, 3),
            .norms = random_doubles(state, outputs, 1, 2),
            .half_weights = random_doubles(state, inputs, -0.3f, 0.6f),
            .half_errors = random_doubles(state, inputs, -1e-3f, 2e-3f),
            .weight_norm = 1.5,
            .error_norm = 0.01,
            .threshold_error = 0.05,
            .weight_size = 3,
            .integer_size = 3,
            .bias_size = 4,
            .score_rounding = 1.8e-5,
            .bound_rounding = 1.4e-6,
            .output_bias = 3.1,
            .level_slack = 1e-10,
        },
    };
    for (uint32_t output = 0; output < outputs; output++) {
        numbers.places[output] = output % 2 == 0 && output / 2 < kept ? output / 2 : kept;
    }
    // A unit that no pair activates.
    ((double *)numbers.certificate.scales)[inputs / 2] = 0;
    ((float *)numbers.certificate.highest)[inputs / 2] = -50;
    return numbers;
}

static void free_numbers(numbers *numbers) {
    const rank_certificate *own = &numbers->certificate;
    const void *all[] = {own->scales,      own->highest, own->lowest,         own->mean,   own->weights,
                         own->kept_weights, own->biases,  own->output_weights, own->below,  own->above,
                         own->kept_errors, own->norms,   own->half_weights,   own->half_errors};
    for (size_t index = 0; index < sizeof all / sizeof *all; index++) {
        free((void *)all[index]);
    }
}

/// Records, distances and lines of `level` against those of the scalar kernels.
static void check_records(counts *counts, rank_level level, uint32_t inputs, uint32_t outputs, uint32_t kept,
                          uint64_t *state) {
    numbers numbers = make_numbers(state, inputs, outputs, kept);
    numbers.certificate.places = numbers.places;
    const rank_certificate *own = &numbers.certificate;
    const size_t bytes = rank_record_bytes(own->row_bytes, kept);
    uint8_t *records[2] = {block(bytes), block(bytes)};
    double *scratch = block(rank_certify_scratch(inputs, outputs) * sizeof *scratch);
    float *user = random_floats(state, inputs, 1);
    float *rows = random_floats(state, (size_t)inputs * 5, 1);
    double sums[2][1024] = {{0}};
    for (int vectorized = 0; vectorized < 2; vectorized++) {
        const rank_level one = vectorized ? level : RANK_LEVEL_SCALAR;
        double *out = sums[vectorized];
        const bool proved = rank_certify_user(one, own, user, 0.25, 0.25, scratch, records[vectorized]);
        EXPECT(counts, proved, "%u units: nothing is proved of an ordinary user\n", inputs);
        rank_row_errors(one, own, rows, inputs, 5, out, out + 5);
        rank_reach(one, own, rows, inputs, 5, scratch, out + 10, out + 10 + outputs);
        rank_line_losses(one, own, user, rows, inputs, 5, scratch, out + 10 + 2 * outputs);
    }
    EXPECT(counts, memcmp(records[0], records[1], bytes) == 0, "%u units: records differ\n", inputs);
    EXPECT(counts, memcmp(sums[0], sums[1], sizeof *sums) == 0, "%u units: distances or lines differ\n", inputs);
    EXPECT(counts, rank_record_margin(records[0], own->row_bytes) > 0, "%u units: no margin\n", inputs);
    // Beyond the scales, in a dead unit, and not a number at all.
    const float beyond[] = {100, 1e30f, INFINITY, NAN};
    for (size_t index = 0; index < sizeof beyond / sizeof *beyond; index++) {
        const uint32_t unit = index % 2 == 0 ? 0 : inputs / 2;
        const float before = user[unit];
        user[unit] = beyond[index];
        EXPECT(counts, !rank_certify_user(level, own, user, 0, 0, scratch, records[0]),
               "%u units: a user of %g is proved\n", inputs, (double)beyond[index]);
        user[unit] = before;
    }
    free(records[0]);
    free(records[1]);
    free(scratch);
    free(user);
    free(rows);
    free_numbers(&numbers);
}

/// Bytes at random, or the largest of each kind.
static void fill(uint64_t *state, uint8_t *bytes, size_t count, bool extreme) {
    for (size_t index = 0; index < count; index++) {
        const uint8_t random = (uint8_t)random_bits(state);
        bytes[index] = extreme ? (random & 1 ? 0x7f : 0x81) : random;
    }
}

/// Weights at random, or the largest of each kind, such that products of `addends` units fit 16 bits.
static void fill_weights(uint64_t *state, int8_t *weights, size_t count, uint32_t addends, bool extreme) {
    fill(state, (uint8_t *)weights, count, extreme);
    const int8_t pairs[][2] = {{64, 64}, {-64, -64}, {127, 1}, {-127, -1}, {127, -127}, {1, 127}, {-128, 127}};
    for (size_t index = 0; addends == 2 && index < count; index += 2) {
        if (extreme) {
            memcpy(weights + index, pairs[random_number(state, 0, sizeof pairs / sizeof *pairs - 1)], 2);
        } else {
            weights[index] /= 2;
            weights[index + 1] /= 2;
        }
    }
}

/// The two digits of a column: from −64 to 64, and from −64 to 63.
static void fill_digits(uint64_t *state, int8_t *digits, size_t count, int32_t highest, bool extreme) {
    for (size_t index = 0; index < count; index++) {
        const bool below = random_bits(state) & 1;
        digits[index] = (int8_t)(extreme ? below ? -64 : highest : (int32_t)random_number(state, 0, 127) - 64);
    }
}

/// Bounds of a kernel of `level`, bit for bit, at every place of a tile.
static void check_bounds_of(counts *counts, rank_level level, uint32_t kernel, uint32_t inputs, uint32_t kept,
                            bool extreme, uint64_t *state) {
    const uint32_t rows = 23;
    const size_t row_bytes = (inputs + 63) / 64 * 64;
    uint8_t *thresholds = block(rows * row_bytes);
    uint8_t *record = block(rank_record_bytes(row_bytes, kept));
    EXPECT(counts, rank_record_bytes(row_bytes, kept) % 64 == 0, "%u kept: records are not aligned\n", kept);
    int8_t *packed = block(row_bytes * kept);
    float *distances = random_floats(state, rows, 1);
    float *steps = random_floats(state, kept, 1e-3f);
    float *weights = random_floats(state, kept, 1);
    for (uint32_t row = 0; row < rows; row++) {
        fill(state, thresholds + row * row_bytes, extreme ? 0 : inputs, false);
        distances[row] = row == 7 ? INFINITY : fabsf(distances[row]);
    }
    fill(state, record, 3 * row_bytes, false);
    fill_digits(state, (int8_t *)record + row_bytes, row_bytes, 64, extreme);
    fill_digits(state, (int8_t *)record + 2 * row_bytes, row_bytes, 63, extreme);
    memset(record, 0xff, extreme ? row_bytes : 0);
    fill_weights(state, packed, row_bytes * kept, rank_bound_addends(level, kernel), extreme);
    float *tail = (float *)(void *)(record + 3 * row_bytes);
    for (uint32_t number = 0; number < 16 + kept; number++) {
        tail[number] = number < 16 ? fabsf(random_float(state, 1e-2f)) : random_float(state, 2);
    }
    // The last outputs are padding where numbers are ordinary.
    const uint32_t padding = extreme ? 0 : random_number(state, 0, 15);
    for (uint32_t output = kept - padding; output < kept; output++) {
        steps[output] = weights[output] = tail[16 + output] = 0;
        for (size_t quad = 0; quad < row_bytes / 4; quad++) {
            memset(packed + (quad * kept + output) * 4, 0, 4);
        }
    }
    const rank_bounds bounds = {row_bytes, thresholds, distances, kept, packed, steps, weights, padding, kernel};
    uint32_t list[MOST_CANDIDATES];
    float scalar[MOST_CANDIDATES + 1], own[MOST_CANDIDATES + 1];
    for (size_t count = 0; count <= MOST_CANDIDATES; count += count < 28 ? 1 : 13) {
        for (size_t index = 0; index < count; index++) {
            list[index] = random_number(state, 0, rows - 1);
        }
        scalar[count] = own[count] = 42;
        rank_bound_rows(RANK_LEVEL_SCALAR, &bounds, record, list, count, scalar);
        rank_bound_rows(level, &bounds, record, list, count, own);
        EXPECT(counts, memcmp(scalar, own, (count + 1) * sizeof *own) == 0,
               "%u units, %u kept, %zu candidates: bounds differ\n", inputs, kept, count);
        for (size_t index = 0; index < count; index++) {
            EXPECT(counts, list[index] != 7 || own[index] == INFINITY, "a row that is always scored has a bound\n");
        }
    }
    free(thresholds);
    free(record);
    free(packed);
    free(distances);
    free(steps);
    free(weights);
}

/// Integers of weights: every sum of `addends` fits, each weight is met within half a step and no step is much larger
/// than it need be.
static void check_fitted(counts *counts, uint32_t addends, uint32_t inputs, uint32_t outputs, uint64_t *state) {
    float *kernel = random_floats(state, (size_t)inputs * outputs, 0.5f);
    double *scales = random_doubles(state, inputs, 20, 60);
    int16_t *weights = block((size_t)inputs * outputs * sizeof *weights);
    float *steps = block((outputs + 15) / 16 * 16 * sizeof *steps);
    // Weights far larger than all others: one alone, and two side by side.
    kernel[0] *= 1000;
    kernel[outputs * (inputs / 2 & ~1u) + outputs - 1] = kernel[outputs * (inputs / 2 | 1u) + outputs - 1] = -300;
    scales[inputs / 3] = 0;
    const rank_matrix hidden = {
        .inputs = inputs, .outputs = outputs, .stride = (outputs + 15) / 16 * 16, .kernel = kernel};
    EXPECT(counts, rank_fit_weights(addends, &hidden, scales, weights, steps) == outputs, "weights do not fit\n");
    for (uint32_t output = 0; output < outputs; output++) {
        int32_t largest = 0;
        for (uint32_t unit = 0; unit < inputs; unit++) {
            const int32_t one = weights[(size_t)unit * outputs + output];
            const int32_t two = unit % 2 == 0 && unit + 1 < inputs ? weights[(size_t)(unit + 1) * outputs + output] : 0;
            const int32_t sum = (one > 0) == (two > 0) ? abs(one + two) : abs(one) > abs(two) ? abs(one) : abs(two);
            largest = sum > largest ? sum : largest;
            const double exact = scales[unit] > 0 ? kernel[(size_t)unit * outputs + output] / scales[unit] : 0;
            EXPECT(counts, fabs(exact - one * (double)steps[output]) <= steps[output] * 0.501,
                   "%u units, %u addends: a weight is missed by more than half a step\n", inputs, addends);
        }
        EXPECT(counts, addends == 1 || largest <= 128, "%u units: two weights sum up to %d\n", inputs, largest);
        EXPECT(counts, largest >= 120, "%u units, %u addends: the largest sum is %d\n", inputs, addends, largest);
    }
    free(kernel);
    free(scales);
    free(weights);
    free(steps);
}

void check_certified(counts *counts, rank_level level, uint32_t kernel, uint32_t shapes) {
    const uint32_t fixed[] = {1, 16, 64, 65, 256, 300, 4096};
    const uint32_t fixed_count = sizeof fixed / sizeof *fixed;
    uint64_t state = 900;
    for (uint32_t number = 0; number < fixed_count + shapes; number++) {
        const uint32_t inputs = number < fixed_count ? fixed[number] : random_number(&state, 2, 700);
        for (uint32_t kept = RANK_KEPT_GROUP; kept <= RANK_MOST_KEPT_OUTPUTS; kept += RANK_KEPT_GROUP) {
            check_bounds_of(counts, level, kernel, inputs, kept, false, &state);
            check_bounds_of(counts, level, kernel, inputs, kept, true, &state);
            if (inputs > 1) {
                const uint32_t outputs = number == 4 ? 64 : random_number(&state, 1, 200);
                check_records(counts, level, inputs, outputs, kept, &state);
            }
        }
        if (inputs > 3) {
            check_fitted(counts, rank_bound_addends(level, kernel), inputs, random_number(&state, 1, 70), &state);
        }
    }
}
