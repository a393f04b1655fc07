// The loops of regularisation: plain loops, the same at every level.
#include "rank_training.h"

#include "../team/team.h"

// A fused product would be rounded once, a product and a sum twice.
#pragma STDC FP_CONTRACT OFF

// Elements of a cache line, an even number of units.
#define REGULARIZATION_LINE 16

typedef struct regularization_call {
    size_t count;
    uint64_t seed, threshold;
    float factor;
    const float *weights;
    float *values;
} regularization_call;

static void run(rank_team *team, rank_team_work work, const regularization_call *call) {
    rank_team_run(team, team_parts(team, call->count, TEAM_ELEMENTS), work, call);
}

static void drop(const void *argument, size_t part, size_t parts) {
    const regularization_call *call = argument;
    const team_range range = team_share(call->count, REGULARIZATION_LINE, part, parts);
    float *values = call->values;
    for (size_t unit = range.from; unit < range.to; unit += 2) {
        const uint64_t bits = rank_split_mix(call->seed, unit / 2);
        values[unit] = (bits & 0xFFFFFFFF) < call->threshold ? 0 : values[unit] * call->factor;
        if (unit + 1 < range.to) {
            values[unit + 1] = bits >> 32 < call->threshold ? 0 : values[unit + 1] * call->factor;
        }
    }
}

void rank_training_drop(rank_team *team, size_t count, uint64_t seed, uint64_t threshold, float factor, float *values) {
    const regularization_call call = {
        .count = count, .seed = seed, .threshold = threshold, .factor = factor, .values = values};
    run(team, drop, &call);
}

static void scale(const void *argument, size_t part, size_t parts) {
    const regularization_call *call = argument;
    const team_range range = team_share(call->count, REGULARIZATION_LINE, part, parts);
    for (size_t i = range.from; i < range.to; i++) {
        call->values[i] *= call->factor;
    }
}

void rank_training_scale(rank_team *team, size_t count, float factor, float *values) {
    const regularization_call call = {.count = count, .factor = factor, .values = values};
    run(team, scale, &call);
}

static void add_scaled(const void *argument, size_t part, size_t parts) {
    const regularization_call *call = argument;
    const team_range range = team_share(call->count, REGULARIZATION_LINE, part, parts);
    for (size_t i = range.from; i < range.to; i++) {
        call->values[i] += call->factor * call->weights[i];
    }
}

void rank_training_add_scaled(rank_team *team, size_t count, float factor, const float *weights, float *gradients) {
    const regularization_call call = {.count = count, .factor = factor, .weights = weights, .values = gradients};
    run(team, add_scaled, &call);
}
