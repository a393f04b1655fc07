#include "../isa/isa.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

// Covers the roundings of sums of squares and of the factors' levels in double.
#define ABOVE (1 + 1e-9)

float rank_float_above(double value) {
    const float nearest = (float)value;
    return nearest < value ? nextafterf(nearest, INFINITY) : nearest;
}

float rank_float_below(double value) {
    const float nearest = (float)value;
    return nearest > value ? nextafterf(nearest, -INFINITY) : nearest;
}

// The kernels of the best supported instruction set that has some, up to a level.
static const rank_catalogue_kernels *kernels_of(rank_level level) {
    for (; level > RANK_LEVEL_SCALAR; level--) {
        const rank_catalogue_kernels *kernels = rank_level_supported(level) ? rank_isa_of(level)->catalogue : NULL;
        if (kernels && (!kernels->is_supported || kernels->is_supported())) {
            return kernels;
        }
    }
    return &rank_catalogue_scalar;
}

bool rank_catalogue_vectorized(rank_level level) {
    return kernels_of(level) != &rank_catalogue_scalar;
}

size_t rank_catalogue_find(rank_level level, const rank_catalogue *catalogue, const rank_catalogue_user *user,
                           rank_catalogue_part *part, uint32_t *found, size_t enough) {
    return kernels_of(level)->find(catalogue, user, part, found, enough);
}

void rank_catalogue_estimate(rank_level level, const rank_catalogue *catalogue, const rank_catalogue_user *user,
                             uint32_t blocks, float *bounds) {
    kernels_of(level)->estimate(catalogue, user, blocks, bounds);
}

void rank_catalogue_rotate(rank_level level, const rank_catalogue_rotation *rotation, const float *embedding,
                           double *factors) {
    kernels_of(level)->rotate(rotation, embedding, factors);
}

static double norm(const double *factors, uint32_t count) {
    double sum = 0;
    for (uint32_t factor = 0; factor < count; factor++) {
        sum += factors[factor] * factors[factor];
    }
    return sqrt(sum) * ABOVE;
}

static double size(const float *embedding, uint32_t count) {
    double sum = 0;
    for (uint32_t factor = 0; factor < count; factor++) {
        sum += (double)embedding[factor] * embedding[factor];
    }
    return sqrt(sum) * ABOVE;
}

static const float *embedding_of(const rank_catalogue_source *source, uint32_t row) {
    return source->embeddings + (size_t)row * source->rotation.dimensions;
}

// A bias with its share of a score's rounding, as an item has it.
static float bias_of(const rank_catalogue_source *source, uint32_t row) {
    const double bias = source->biases ? source->biases[row] : 0;
    return rank_float_above(bias + source->rounding * ABOVE * fabs(bias));
}

void rank_catalogue_norms(rank_level level, const rank_catalogue_source *source, uint32_t first, size_t count,
                          float *norms) {
    const rank_catalogue_kernels *kernels = kernels_of(level);
    double factors[RANK_CATALOGUE_DIMENSIONS];
    for (size_t index = 0; index < count; index++) {
        kernels->rotate(&source->rotation, embedding_of(source, first + (uint32_t)index), factors);
        norms[index] = rank_float_above(norm(factors, source->rotation.dimensions));
    }
}

// Writes the levels of an item and returns how far they are from its factors.
static double quantize(const double *factors, uint32_t dimensions, double step, uint8_t *item) {
    // Added and subtracted, it rounds to an integer.
    const double shift = 0x1.8p52;
    const double scale = step > 0 ? 1 / step : 0;
    double sum = 0;
    for (uint32_t factor = 0; factor < dimensions; factor++) {
        const double nearest = factors[factor] * scale + shift - shift;
        const double level = fmin(fmax(nearest, -RANK_CATALOGUE_LEVEL), RANK_CATALOGUE_LEVEL);
        const double rest = factors[factor] - step * level;
        sum += rest * rest;
        item[factor / 4 * 64 + factor % 4] = (uint8_t)((int)level + 128);
    }
    return sqrt(sum) * ABOVE;
}

void rank_catalogue_fill(rank_level level, const rank_catalogue *catalogue, const rank_catalogue_source *source,
                         const uint32_t *rows, size_t count, uint32_t block, double *scratch) {
    const rank_catalogue_kernels *kernels = kernels_of(level);
    const uint32_t dimensions = source->rotation.dimensions, stride = source->rotation.stride;
    double highest = 0, longest = 0, largest = 0, residual = 0;
    float bias = -INFINITY;
    for (size_t item = 0; item < count; item++) {
        double *factors = scratch + item * stride;
        kernels->rotate(&source->rotation, embedding_of(source, rows[item]), factors);
        for (uint32_t factor = 0; factor < dimensions; factor++) {
            highest = fmax(highest, fabs(factors[factor]));
        }
        longest = fmax(longest, norm(factors, dimensions));
        largest = fmax(largest, size(embedding_of(source, rows[item]), dimensions));
        bias = fmaxf(bias, bias_of(source, rows[item]));
    }
    const float step = rank_float_above(highest / RANK_CATALOGUE_LEVEL);
    uint8_t *bytes = catalogue->items + (size_t)block * catalogue->groups * rank_catalogue_group_bytes(catalogue);
    for (size_t item = 0; item < (size_t)catalogue->groups * RANK_CATALOGUE_GROUP; item++) {
        const size_t lane = item % RANK_CATALOGUE_GROUP;
        uint8_t *group = bytes + item / RANK_CATALOGUE_GROUP * rank_catalogue_group_bytes(catalogue);
        for (uint32_t quad = 0; quad < catalogue->quads; quad++) {
            memset(group + quad * 64 + lane * 4, 128, 4);
        }
        float own = -INFINITY;
        if (item < count) {
            residual = fmax(residual, quantize(scratch + item * stride, dimensions, step, group + lane * 4));
            own = bias_of(source, rows[item]);
        }
        memcpy(group + catalogue->quads * 64 + lane * sizeof own, &own, sizeof own);
    }
    catalogue->steps[block] = step;
    catalogue->residuals[block] = rank_float_above(residual);
    catalogue->norms[block] = rank_float_above(longest);
    catalogue->sizes[block] = rank_float_above(largest);
    catalogue->biases[block] = rank_float_above(bias + 0x1p-22 * fabs((double)bias));
}

void rank_catalogue_prefetch(const rank_catalogue_source *source, const uint32_t *rows, size_t count) {
    for (size_t index = 0; index < count; index++) {
        const float *embedding = embedding_of(source, rows[index]);
        for (uint32_t factor = 0; factor < source->rotation.dimensions; factor += 16) {
            __builtin_prefetch(embedding + factor);
        }
        if (source->biases) {
            __builtin_prefetch(source->biases + rows[index]);
        }
    }
}
