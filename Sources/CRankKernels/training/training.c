#include "../isa/isa.h"
#include "../team/team.h"
#include "ahead.h"

#include <string.h>

static const rank_training_loops *loops_of(rank_level level) {
    const rank_training_loops *loops = rank_isa_of(level)->training;
    return loops ? loops : rank_isa_scalar.training;
}

// The arguments of a loop, for all loops.
typedef struct training_call {
    const rank_training_loops *loops;
    size_t count, width;
    const int32_t *first, *second;
    size_t first_summed, second_summed;
    // `x` and `y` are read, the others written.
    const float *x, *y;
    float *p, *q, *values;
    int relu;
    float rate, epsilon;
    rank_training_adam_step step;
} training_call;

// Parts of single elements.
static void run(rank_team *team, rank_team_work work, const training_call *call) {
    rank_team_run(team, team_parts(team, call->count, TEAM_ELEMENTS), work, call);
}

// Parts of rows of `width` elements.
static void run_rows(rank_team *team, rank_team_work work, const training_call *call) {
    rank_team_run(team, team_parts(team, call->count * call->width, TEAM_ELEMENTS), work, call);
}

static void add_rows(const void *argument, size_t part, size_t parts) {
    const training_call *call = argument;
    const team_range rows = team_share(call->count, 1, part, parts);
    call->loops->add_rows(rows.to - rows.from, call->width, call->first + rows.from, call->second + rows.from, call->x,
                          call->y, call->relu, call->values + rows.from * call->width);
}

void rank_training_add_rows(rank_team *team, rank_level level, size_t count, size_t width, const int32_t *first,
                            const int32_t *second, const float *p, const float *q, int relu, float *sums) {
    const training_call call = {.loops = loops_of(level),
                                .count = count,
                                .width = width,
                                .first = first,
                                .second = second,
                                .x = p,
                                .y = q,
                                .relu = relu,
                                .values = sums};
    run_rows(team, add_rows, &call);
}

// A part has columns of all rows: each sum belongs to one thread.
static void segment_sums(const void *argument, size_t part, size_t parts) {
    const training_call *call = argument;
    const team_range columns = team_share(call->width, TRAINING_LINE, part, parts);
    call->loops->segment_sums(call->count, columns.to - columns.from, call->width, call->first, call->second,
                              call->first_summed, call->second_summed, call->x + columns.from,
                              call->y ? call->y + columns.from : call->y, call->p + columns.from,
                              call->q + columns.from);
}

void rank_training_segment_sums(rank_team *team, rank_level level, size_t count, size_t width, const int32_t *first,
                                const int32_t *second, size_t first_summed, size_t second_summed,
                                const float *gradients, const float *outputs, float *p, float *q) {
    const training_call call = {.loops = loops_of(level),
                                .count = count,
                                .width = width,
                                .first = first,
                                .second = second,
                                .first_summed = first_summed,
                                .second_summed = second_summed,
                                .x = gradients,
                                .y = outputs,
                                .p = p,
                                .q = q};
    run_rows(team, segment_sums, &call);
}

static void mask(const void *argument, size_t part, size_t parts) {
    const training_call *call = argument;
    const team_range range = team_share(call->count, TRAINING_LINE, part, parts);
    call->loops->mask(range.to - range.from, call->x + range.from, call->values + range.from);
}

void rank_training_mask(rank_team *team, rank_level level, size_t count, const float *outputs, float *values) {
    const training_call call = {.loops = loops_of(level), .count = count, .x = outputs, .values = values};
    run(team, mask, &call);
}

void rank_training_relu(rank_team *team, rank_level level, size_t count, float *values) {
    rank_training_mask(team, level, count, values, values);
}

static void adagrad(const void *argument, size_t part, size_t parts) {
    const training_call *call = argument;
    const team_range range = team_share(call->count, TRAINING_LINE, part, parts);
    call->loops->adagrad(range.to - range.from, call->rate, call->epsilon, call->x + range.from, call->p + range.from,
                         call->values + range.from);
}

void rank_training_adagrad(rank_team *team, rank_level level, size_t count, float rate, float epsilon,
                           const float *gradients, float *accumulators, float *weights) {
    const training_call call = {.loops = loops_of(level),
                                .count = count,
                                .rate = rate,
                                .epsilon = epsilon,
                                .x = gradients,
                                .p = accumulators,
                                .values = weights};
    run(team, adagrad, &call);
}

static void adagrad_rows(const void *argument, size_t part, size_t parts) {
    const training_call *call = argument;
    const size_t width = call->width;
    const team_range rows = team_share(call->count, 1, part, parts);
    for (size_t i = rows.from; i < rows.to; i++) {
        const size_t at = (size_t)call->first[i] * width;
        const size_t next = (size_t)call->first[training_ahead(i, rows.to, AHEAD_SHORT_ROWS)] * width;
        training_fetch(call->p + next, width);
        training_fetch(call->values + next, width);
        call->loops->adagrad(width, call->rate, call->epsilon, call->x + i * width, call->p + at, call->values + at);
    }
}

void rank_training_adagrad_rows(rank_team *team, rank_level level, size_t count, size_t width, const int32_t *rows,
                                float rate, float epsilon, const float *gradients, float *accumulators,
                                float *weights) {
    const training_call call = {.loops = loops_of(level),
                                .count = count,
                                .width = width,
                                .first = rows,
                                .rate = rate,
                                .epsilon = epsilon,
                                .x = gradients,
                                .p = accumulators,
                                .values = weights};
    run_rows(team, adagrad_rows, &call);
}

static void adam(const void *argument, size_t part, size_t parts) {
    const training_call *call = argument;
    const team_range range = team_share(call->count, TRAINING_LINE, part, parts);
    call->loops->adam(range.to - range.from, call->step, call->x + range.from, call->p + range.from,
                      call->q + range.from, call->values + range.from);
}

void rank_training_adam(rank_team *team, rank_level level, size_t count, rank_training_adam_step step,
                        const float *gradients, float *first_moments, float *second_moments, float *weights) {
    const training_call call = {.loops = loops_of(level),
                                .count = count,
                                .step = step,
                                .x = gradients,
                                .p = first_moments,
                                .q = second_moments,
                                .values = weights};
    run(team, adam, &call);
}

static void adam_rows(const void *argument, size_t part, size_t parts) {
    const training_call *call = argument;
    const size_t width = call->width;
    const team_range rows = team_share(call->count, 1, part, parts);
    size_t row = rows.from;
    while (row < rows.to) {
        const size_t at = row * width;
        if (call->first[row] >= 0) {
            call->loops->adam(width, call->step, call->x + (size_t)call->first[row] * width, call->p + at, call->q + at,
                              call->values + at);
            row++;
            continue;
        }
        size_t end = row + 1;
        while (end < rows.to && call->first[end] < 0) {
            end++;
        }
        call->loops->adam_idle((end - row) * width, call->step, call->p + at, call->q + at, call->values + at);
        row = end;
    }
}

void rank_training_adam_rows(rank_team *team, rank_level level, size_t count, size_t width, const int32_t *places,
                             rank_training_adam_step step, const float *gradients, float *first_moments,
                             float *second_moments, float *weights) {
    const training_call call = {.loops = loops_of(level),
                                .count = count,
                                .width = width,
                                .first = places,
                                .step = step,
                                .x = gradients,
                                .p = first_moments,
                                .q = second_moments,
                                .values = weights};
    run_rows(team, adam_rows, &call);
}

static void gather(const void *argument, size_t part, size_t parts) {
    const training_call *call = argument;
    const size_t width = call->width;
    const team_range rows = team_share(call->count, 1, part, parts);
    for (size_t i = rows.from; i < rows.to; i++) {
        training_fetch(call->x + (size_t)call->first[training_ahead(i, rows.to, AHEAD_SHORT_ROWS)] * width, width);
        memcpy(call->values + i * width, call->x + (size_t)call->first[i] * width, width * sizeof *call->values);
    }
}

void rank_training_gather(rank_team *team, size_t count, size_t width, const int32_t *rows, const float *table,
                          float *gathered) {
    const training_call call = {.count = count, .width = width, .first = rows, .x = table, .values = gathered};
    run_rows(team, gather, &call);
}
