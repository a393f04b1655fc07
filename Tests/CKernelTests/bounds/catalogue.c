#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../checks.h"
#include "../model.h"
#include "../random.h"

#define USERS 6

/// Kinds of factors.
typedef enum kind {
    ORDINARY,
    /// Most factors are zero, and so are some items.
    SPARSE,
    /// One item is a thousand times as long as the others.
    HUGE_ROW,
    /// Items of equal factors and biases.
    EQUAL,
    /// Levels whose values are subnormal.
    TINY,
    KIND_COUNT,
} kind;

/// An index with what it was made from.
typedef struct made {
    rank_catalogue catalogue;
    rank_catalogue_source source;
    uint32_t items;
    /// The row of each place; UINT32_MAX for what fills a block up.
    uint32_t *rows;
    float *embeddings;
    float *biases;
    float *numbers;
    double *matrix;
    double *centre;
} made;

static float factor(kind kind, uint64_t *state) {
    switch (kind) {
    case SPARSE:
        return random_number(state, 0, 3) ? 0 : random_float(state, 1);
    case TINY:
        return ldexpf(random_float(state, 1), -(int)random_number(state, 60, 120));
    default:
        return random_float(state, 0.4f);
    }
}

static made make(kind kind, uint32_t items, uint32_t dimensions, uint32_t groups, rank_level level, uint64_t *state) {
    made made = {.items = items};
    const uint32_t width = groups * RANK_CATALOGUE_GROUP;
    const uint32_t blocks = (items + width - 1) / width;
    const uint32_t stride = (dimensions + RANK_CATALOGUE_LANES - 1) / RANK_CATALOGUE_LANES * RANK_CATALOGUE_LANES;
    made.embeddings = floats((size_t)items * dimensions, false);
    made.biases = floats(items, false);
    for (uint32_t row = 0; row < items; row++) {
        const float scale = kind == HUGE_ROW && row == items / 2 ? 1000 : 1;
        for (uint32_t place = 0; place < dimensions; place++) {
            const float fresh = factor(kind, state) * scale;
            made.embeddings[(size_t)row * dimensions + place] = kind == EQUAL && row ? made.embeddings[place] : fresh;
        }
        const float fresh = factor(kind, state);
        made.biases[row] = kind == EQUAL && row ? made.biases[0] : fresh;
    }
    made.matrix = (double *)floats(2 * (size_t)dimensions * stride, true);
    memset(made.matrix, 0, sizeof(double) * dimensions * stride);
    made.centre = (double *)floats(2 * (size_t)dimensions, false);
    for (uint32_t row = 0; row < dimensions; row++) {
        made.centre[row] = random_float(state, 0.1f);
        for (uint32_t column = 0; column < dimensions; column++) {
            made.matrix[(size_t)row * stride + column] = (row == column) + random_float(state, 0.3f);
        }
    }
    made.source = (rank_catalogue_source){
        .rotation = {.dimensions = dimensions, .stride = stride, .matrix = made.matrix, .centre = made.centre},
        .embeddings = made.embeddings,
        .biases = random_number(state, 0, 3) ? made.biases : NULL,
        .rounding = 0x1p-20,
    };
    made.numbers = floats(5 * (size_t)blocks, false);
    made.catalogue = (rank_catalogue){.groups = groups, .quads = (dimensions + 3) / 4, .blocks = blocks};
    const size_t bytes = (size_t)blocks * groups * (made.catalogue.quads + 1) * 64;
    made.catalogue.items = (uint8_t *)floats(bytes / sizeof(float), true);
    made.catalogue.steps = made.numbers;
    made.catalogue.residuals = made.numbers + blocks;
    made.catalogue.norms = made.numbers + 2 * (size_t)blocks;
    made.catalogue.sizes = made.numbers + 3 * (size_t)blocks;
    made.catalogue.biases = made.numbers + 4 * (size_t)blocks;
    made.rows = (uint32_t *)floats((size_t)blocks * width, false);
    double *scratch = (double *)floats(2 * (size_t)width * stride, true);
    for (uint32_t block = 0; block < blocks; block++) {
        const uint32_t left = items - block * width;
        for (uint32_t place = 0; place < width; place++) {
            // In reverse order.
            made.rows[block * width + place] = place < left ? items - 1 - block * width - place : UINT32_MAX;
        }
        rank_catalogue_fill(level, &made.catalogue, &made.source, made.rows + (size_t)block * width,
                            left < width ? left : width, block, scratch);
    }
    free(scratch);
    return made;
}

static void free_made(made *made) {
    free(made->catalogue.items);
    free(made->rows);
    free(made->embeddings);
    free(made->biases);
    free(made->numbers);
    free(made->matrix);
    free(made->centre);
}

static const uint8_t *group_of(const made *made, uint32_t place) {
    return made->catalogue.items + (size_t)(place / 16) * (made->catalogue.quads + 1) * 64;
}

static int32_t level_of(const made *made, uint32_t place, uint32_t factor) {
    return group_of(made, place)[factor / 4 * 64 + place % 16 * 4 + factor % 4] - 128;
}

static float bias_at(const made *made, uint32_t place) {
    float bias;
    memcpy(&bias, group_of(made, place) + made->catalogue.quads * 64 + place % 16 * sizeof bias, sizeof bias);
    return bias;
}

/// What a block says of each of its items, in long double.
static void check_blocks(counts *counts, const made *made) {
    const rank_catalogue *catalogue = &made->catalogue;
    const uint32_t dimensions = made->source.rotation.dimensions, stride = made->source.rotation.stride;
    const uint32_t width = catalogue->groups * 16;
    for (uint32_t place = 0; place < catalogue->blocks * width; place++) {
        const uint32_t row = made->rows[place], block = place / width;
        if (row == UINT32_MAX) {
            EXPECT(counts, bias_at(made, place) == -INFINITY, "place %u has a bias\n", place);
            continue;
        }
        const float *embedding = made->embeddings + (size_t)row * dimensions;
        long double norm = 0, size = 0, residual = 0, shift = 0;
        for (uint32_t column = 0; column < dimensions; column++) {
            long double exact = 0, terms = 0;
            for (uint32_t k = 0; k < dimensions; k++) {
                const long double term = (embedding[k] - (long double)made->centre[k]) *
                                         made->matrix[(size_t)k * stride + column];
                exact += term;
                terms += fabsl(term);
            }
            const long double rest = exact - (long double)catalogue->steps[block] * level_of(made, place, column);
            norm += exact * exact;
            residual += rest * rest;
            size += (long double)embedding[column] * embedding[column];
            shift += terms;
        }
        // The rotation itself rounds.
        shift *= (dimensions + 2) * 0x1p-53L;
        EXPECT(counts, sqrtl(norm) <= catalogue->norms[block] + shift, "row %u is longer than its block\n", row);
        EXPECT(counts, sqrtl(residual) <= catalogue->residuals[block] + shift, "row %u is far from its levels\n", row);
        EXPECT(counts, sqrtl(size) <= catalogue->sizes[block], "row %u is larger than its block\n", row);
        const float bias = made->source.biases ? made->biases[row] : 0;
        EXPECT(counts, bias_at(made, place) >= bias + 0x1p-20 * fabsf(bias), "the bias of row %u is too low\n", row);
        EXPECT(counts, catalogue->biases[block] >= bias_at(made, place) + 0x1p-22 * fabsf(bias),
               "the bias of block %u is too low\n", block);
    }
}

/// The places that a search must find, by the words of rank_catalogue.h.
static bool reaches(const made *made, const rank_catalogue_user *user, uint32_t place, double limit) {
    const rank_catalogue *catalogue = &made->catalogue;
    const uint32_t block = place / 16 / catalogue->groups;
    const float own = fmaf(user->rounding, catalogue->sizes[block], catalogue->biases[block]);
    if (fmaf(user->norm, catalogue->norms[block], own) < rank_float_below(limit)) {
        return false;
    }
    int32_t sum = 0;
    for (uint32_t factor = 0; factor < 4 * catalogue->quads; factor++) {
        sum += level_of(made, place, factor) * user->levels[factor];
    }
    const double rest = (double)user->level_norm * catalogue->residuals[block] +
                        (double)user->residual * catalogue->norms[block] +
                        (double)user->rounding * catalogue->sizes[block];
    return fmaf((float)sum, user->step * catalogue->steps[block], bias_at(made, place)) >= rank_float_below(limit - rest);
}

static void check_search(counts *counts, const made *made, rank_level level, double limit, const char *what,
                         uint64_t *state) {
    const rank_catalogue *catalogue = &made->catalogue;
    const uint32_t places = catalogue->blocks * catalogue->groups * 16;
    int8_t *levels = (int8_t *)floats(catalogue->quads, false);
    int32_t sum = 0;
    for (uint32_t factor = 0; factor < 4 * catalogue->quads; factor++) {
        const bool exists = factor < made->source.rotation.dimensions;
        levels[factor] = (int8_t)(exists ? (int)random_number(state, 0, 254) - 127 : 0);
        sum += levels[factor];
    }
    const rank_catalogue_user user = {
        .levels = levels,
        .offset = -128 * sum,
        .step = 0.01f,
        .norm = random_float(state, 1) + 1,
        .level_norm = 1,
        .residual = 0.01f,
        .rounding = 0x1p-19f,
    };
    float *bounds = floats(places, false);
    rank_catalogue_estimate(level, catalogue, &user, catalogue->blocks, bounds);
    if (isnan(limit)) {
        // A bound itself, which must be found.
        limit = bounds[random_number(state, 0, made->items - 1)];
    }
    const uint32_t first = random_number(state, 0, catalogue->blocks - 1);
    rank_catalogue_part part = {.block = first, .end = catalogue->blocks, .limit = limit};
    uint32_t place = first * catalogue->groups * 16;
    while (part.block < part.end) {
        const size_t enough = random_number(state, 1, 40);
        uint32_t *found = (uint32_t *)floats(enough + RANK_CATALOGUE_GROUP - 1, false);
        const size_t count = rank_catalogue_find(level, catalogue, &user, &part, found, enough);
        EXPECT(counts, count >= enough || part.block == part.end, "%s: %zu places are not %zu\n", what, count, enough);
        for (size_t index = 0; index < count; index++, place++) {
            while (place < found[index] && !reaches(made, &user, place, limit)) {
                place++;
            }
            EXPECT(counts, place == found[index] && reaches(made, &user, place, limit),
                   "%s: place %u is found instead of %u\n", what, found[index], place);
        }
        free(found);
    }
    for (; place < places; place++) {
        EXPECT(counts, !reaches(made, &user, place, limit), "%s: place %u is not found\n", what, place);
    }
    free(bounds);
    free(levels);
}

void check_catalogues(counts *counts, rank_level level, uint32_t shapes) {
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        for (uint32_t number = 0; number < shapes; number++) {
            uint64_t state = (uint64_t)(kind + 1) << 40 | number;
            const uint32_t dimensions = number < 2 ? 32 + 16 * number : random_number(&state, 1, 70);
            const uint32_t groups = 2 * random_number(&state, 1, 8);
            made made = make((enum kind)kind, random_number(&state, 1, 1200), dimensions, groups, level, &state);
            check_blocks(counts, &made);
            const double limits[USERS] = {-INFINITY, NAN, NAN, NAN, INFINITY, random_float(&state, 2)};
            char what[64];
            snprintf(what, sizeof what, "kind %d, shape %u", kind, number);
            for (int user = 0; user < USERS; user++) {
                check_search(counts, &made, level, limits[user], what, &state);
            }
            float *norms = floats(made.items, false);
            rank_catalogue_norms(level, &made.source, 0, made.items, norms);
            const uint32_t width = groups * 16;
            for (uint32_t place = 0; place < made.items; place++) {
                const float norm = norms[made.rows[place]];
                EXPECT(counts, norm <= made.catalogue.norms[place / width], "place %u is longer than its block\n", place);
            }
            free(norms);
            free_made(&made);
        }
    }
    for (int exponent = -160; exponent < 127; exponent++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            const double value = sign * ldexp(1 + 0x1p-30, exponent);
            EXPECT(counts, rank_float_below(value) <= value && rank_float_above(value) >= value &&
                       nextafterf(rank_float_below(value), INFINITY) == rank_float_above(value),
                   "the floats beside %a\n", value);
        }
    }
}
