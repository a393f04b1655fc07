#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "model.h"
#include "oracle.h"
#include "random.h"

#define MOST_CANDIDATES 64

/// docs/reference/numerics.md, "Integers", written from the document alone: the numbers of one model.
typedef struct integers {
    uint32_t units;
    uint32_t outputs;
    /// T and L of the document.
    double top;
    double most;
    /// Halves of the first layer, [rows][units], and the largest of each unit.
    float *p;
    float *q;
    double *highest_user;
    double *highest_candidate;
    double *scale;
    int64_t *weights;
    float *steps;
    bool is_refused;
} integers;

static double *doubles(size_t count) {
    double *vector = calloc(count ? count : 1, sizeof *vector);
    if (!vector) {
        fprintf(stderr, "out of memory\n");
        exit(70);
    }
    return vector;
}

static float *halves(const model *model, bool user, double *highest, uint32_t units) {
    const shape *shape = &model->shape;
    const uint32_t rows = user ? shape->users : shape->candidates;
    const uint32_t dimensions = user ? shape->user_dimensions : shape->candidate_dimensions;
    const float *embedding = user ? model->user_embedding : model->candidate_embedding;
    const float *kernel = model->kernels[0] + (user ? 0 : (size_t)shape->user_dimensions * units);
    float *all = floats((size_t)rows * units, false);
    for (uint32_t unit = 0; unit < units; unit++) {
        highest[unit] = -INFINITY;
    }
    for (uint32_t row = 0; row < rows; row++) {
        float *half = all + (size_t)row * units;
        if (user) {
            memcpy(half, model->biases[0], units * sizeof *half);
        }
        oracle_chain(half, embedding + (size_t)row * dimensions, dimensions, kernel, units, true);
        for (uint32_t unit = 0; unit < units; unit++) {
            highest[unit] = half[unit] > highest[unit] ? half[unit] : highest[unit];
        }
    }
    return all;
}

static integers integers_of(const model *model, rank_precision precision) {
    const bool wide = precision == RANK_PRECISION_INT16;
    integers integers = {
        .units = model->shape.widths[0],
        .outputs = model->shape.widths[1],
        .top = wide ? 8191 : 255,
        .most = wide ? 32767 : 127,
    };
    const uint32_t units = integers.units;
    integers.highest_user = doubles(units);
    integers.highest_candidate = doubles(units);
    integers.scale = doubles(units);
    integers.p = halves(model, true, integers.highest_user, units);
    integers.q = halves(model, false, integers.highest_candidate, units);
    for (uint32_t unit = 0; unit < units; unit++) {
        const double highest = integers.highest_user[unit] + integers.highest_candidate[unit];
        integers.is_refused = integers.is_refused || isnan(highest) || highest == INFINITY;
        integers.scale[unit] = highest > 0 ? integers.top / highest : 0;
    }
    integers.weights = (int64_t *)doubles((size_t)units * integers.outputs);
    integers.steps = floats(integers.outputs, false);
    for (uint32_t output = 0; output < integers.outputs; output++) {
        double largest = 0, positive = 0, negative = 0;
        for (uint32_t unit = 0; unit < units; unit++) {
            const double scale = integers.scale[unit];
            const double v = scale > 0 ? model->kernels[1][(size_t)unit * integers.outputs + output] / scale : 0;
            largest = fmax(largest, fabs(v));
            positive += fmax(v, 0);
            negative += fmax(-v, 0);
        }
        const double fitting = floor(2147483647 / integers.top) - 1 - 0.5 * units;
        const double step = fmax(largest / integers.most, fmax(positive, negative) / fitting);
        integers.is_refused = integers.is_refused || step > FLT_MAX;
        if (step < FLT_MIN || integers.is_refused) {
            continue;
        }
        integers.steps[output] = (float)step;
        for (uint32_t unit = 0; unit < units; unit++) {
            const size_t index = (size_t)unit * integers.outputs + output;
            const double scale = integers.scale[unit];
            integers.weights[index] = scale > 0 ? (int64_t)nearbyint(model->kernels[1][index] / scale / step) : 0;
        }
    }
    return integers;
}

static void free_integers(integers *integers) {
    free(integers->p);
    free(integers->q);
    free(integers->highest_user);
    free(integers->highest_candidate);
    free(integers->scale);
    free(integers->weights);
    free(integers->steps);
}

static float integer_score(const integers *integers, const model *model, uint32_t user, uint32_t candidate,
                           counts *counts) {
    const shape *shape = &model->shape;
    float *h = floats(integers->outputs, false);
    for (uint32_t output = 0; output < integers->outputs; output++) {
        int64_t positive = 0, negative = 0;
        for (uint32_t unit = 0; unit < integers->units; unit++) {
            const double p = integers->p[(size_t)user * integers->units + unit];
            const double q = integers->q[(size_t)candidate * integers->units + unit];
            const double best = integers->highest_candidate[unit];
            const double above = (p + best) * integers->scale[unit];
            const double below = (best - q) * integers->scale[unit];
            const double level = isnan(above) ? 0 : nearbyint(fmin(fmax(above, 0), integers->top));
            const double threshold = isnan(below) ? integers->top : nearbyint(fmax(fmin(below, integers->top), 0));
            const int64_t activation = level > threshold ? (int64_t)(level - threshold) : 0;
            const int64_t product = activation * integers->weights[(size_t)unit * integers->outputs + output];
            *(product > 0 ? &positive : &negative) += product;
        }
        // No order of the sum overflows 32 bits.
        EXPECT(counts, positive <= INT32_MAX && negative >= -INT32_MAX, "the sum of output %u overflows\n", output);
        h[output] = fmaf((float)(positive + negative), integers->steps[output], model->biases[1][output]);
    }
    uint32_t width = integers->outputs;
    for (uint32_t layer = 2; layer < shape->layers; layer++) {
        oracle_relu(h, width);
        float *next = floats(shape->widths[layer], false);
        memcpy(next, model->biases[layer], shape->widths[layer] * sizeof(float));
        oracle_chain(next, h, width, model->kernels[layer], shape->widths[layer], true);
        free(h);
        h = next;
        width = shape->widths[layer];
    }
    oracle_relu(h, width);
    const float y = oracle_lanes(h, model->kernels[shape->layers], width, true) + model->biases[shape->layers][0];
    free(h);
    return oracle_terms(model, user, candidate, y, true);
}

/// The library's integers of a model. Returns false where no scale fits.
static bool quantize(const prepared *prepared, const model *model, rank_precision precision, rank_quantized *to,
                     float **owned) {
    const rank_network *network = &prepared->network;
    const uint32_t units = network->user_half.outputs;
    const size_t stride = network->user_half.stride;
    const rank_matrix *hidden = network->hidden;
    const size_t row_bytes = rank_quantized_row_bytes(precision, units);
    const size_t rows[2] = {model->shape.users, model->shape.candidates};
    const float *halves[2] = {prepared->users, prepared->candidates};
    float *highest[2];
    double *scales = (double *)(owned[0] = floats(2 * (size_t)units, false));
    for (int half = 0; half < 2; half++) {
        highest[half] = owned[1 + half] = floats(units, false);
        for (uint32_t unit = 0; unit < units; unit++) {
            highest[half][unit] = -INFINITY;
        }
        rank_highest(halves[half], rows[half], stride, units, highest[half]);
    }
    int16_t *weights = (int16_t *)(owned[3] = floats(((size_t)units * hidden->outputs + 1) / 2, false));
    float *steps = owned[4] = floats(hidden->stride, false);
    if (rank_unit_scales(precision, units, highest[0], highest[1], scales) < units ||
        rank_quantize_weights(precision, hidden, scales, weights, steps) < hidden->outputs) {
        return false;
    }
    for (int half = 0; half < 2; half++) {
        owned[5 + half] = floats(rows[half] * row_bytes / sizeof(float), true);
        rank_quantize_rows(precision, (rank_half)half, units, scales, highest[1], halves[half], stride, rows[half],
                           (uint8_t *)owned[5 + half]);
    }
    owned[7] = floats(rank_quantized_packed_bytes(precision, units, hidden->outputs) / sizeof(float), true);
    rank_pack_quantized(precision, units, hidden->outputs, weights, (uint8_t *)owned[7]);
    *to = (rank_quantized){
        .precision = precision,
        .row_bytes = row_bytes,
        .users = (const uint8_t *)owned[5],
        .candidates = (const uint8_t *)owned[6],
        .weights = weights,
        .packed = (const uint8_t *)owned[7],
        .steps = steps,
    };
    owned[8] = floats(rank_quantized_scratch_floats(network, to), true);
    return true;
}

static void check_model(counts *counts, rank_precision precision, bool vectorized, const model *model,
                        const char *what, uint64_t *state) {
    prepared prepared;
    prepare(&prepared, model, RANK_LEVEL_SCALAR);
    integers integers = integers_of(model, precision);
    rank_quantized quantized;
    float *owned[9] = {0};
    const bool fits = quantize(&prepared, model, precision, &quantized, owned);
    EXPECT(counts, fits == !integers.is_refused, "%s: refused %d, not %d\n", what, !fits, integers.is_refused);
    if (fits && !integers.is_refused) {
        quantized.packed = vectorized ? quantized.packed : NULL;
        const uint32_t user = random_number(state, 0, model->shape.users - 1);
        const uint32_t count = random_number(state, 1, MOST_CANDIDATES);
        for (uint32_t done = 0; done < count;) {
            const uint32_t part = random_number(state, 1, count - done);
            // Exactly as long as the part: a sanitizer sees a write past the end.
            uint32_t *rows = (uint32_t *)floats(part, false);
            float *scores = floats(part, false);
            for (uint32_t index = 0; index < part; index++) {
                rows[index] = random_number(state, 0, model->shape.candidates - 1);
            }
            const rank_run run = {
                .user_row = user, .candidate_rows = rows, .count = part, .scores = scores, .scratch = owned[8]};
            rank_score_quantized(&prepared.network, &quantized, &run);
            for (uint32_t index = 0; index < part; index++) {
                const float right = integer_score(&integers, model, user, rows[index], counts);
                const bool is_same = bits_of(scores[index]) == bits_of(right);
                EXPECT(counts, is_same || (!isfinite(right) && !isfinite(scores[index])),
                       "%s: candidate %u of %u scores %a, not %a\n", what, index, part, (double)scores[index],
                       (double)right);
            }
            free(rows);
            free(scores);
            done += part;
        }
    }
    for (size_t index = 0; index < sizeof owned / sizeof *owned; index++) {
        free(owned[index]);
    }
    free_integers(&integers);
    free_prepared(&prepared);
}

/// Weights whose sums come as close to 2³¹ as the bound allows: every unit at its maximum, all weights equal.
static void check_bounds(counts *counts, rank_precision precision, bool vectorized) {
    for (uint32_t units = 1; units <= 8192; units *= 8) {
        uint64_t state = units;
        const shape shape = {1, 3, 1, 1, true, 2, {units, 2}, false, false, false, false};
        model model = make_model(shape, VALUES_LIVE, &state);
        for (uint32_t unit = 0; unit < units; unit++) {
            model.kernels[1][2 * (size_t)unit] = 1;
            model.kernels[1][2 * (size_t)unit + 1] = -1;
        }
        check_model(counts, precision, vectorized, &model, "sums at their bounds", &state);
        free_model(&model);
    }
}

void check_integers(counts *counts, rank_precision precision, bool vectorized, uint32_t shapes) {
    const shape fixed[] = {
        {2, 12, 32, 32, true, 2, {256, 64}, false, false, false, false},
        {1, 9, 3, 17, true, 2, {1, 1}, true, true, true, true},
        {1, 9, 16, 16, true, 4, {64, 65, 16, 48}, true, true, true, true},
        {1, 7, 2, 5, true, 2, {300, 33}, false, false, false, false},
        {1, 7, 5, 5, true, 3, {20, 130, 200}, false, false, false, true},
    };
    const uint32_t fixed_count = sizeof fixed / sizeof *fixed;
    for (int kind = 0; kind < VALUES_COUNT; kind++) {
        for (uint32_t number = 0; number < fixed_count + shapes; number++) {
            uint64_t state = (uint64_t)(kind + 100) << 32 | number;
            shape shape = number < fixed_count ? fixed[number] : random_shape(&state);
            shape.candidate_dimensions = shape.dot_product ? shape.user_dimensions : shape.candidate_dimensions;
            if (!shape.dense || shape.layers < 2) {
                shape.dense = true;
                shape.layers = 2;
            }
            model model = make_model(shape, (values)kind, &state);
            char what[80];
            snprintf(what, sizeof what, "%s, values %d, shape %u", vectorized ? "vnni" : "scalar", kind, number);
            check_model(counts, precision, vectorized, &model, what, &state);
            free_model(&model);
        }
    }
    check_bounds(counts, precision, vectorized);
}
