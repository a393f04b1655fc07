#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "model.h"
#include "oracle.h"
#include "random.h"

// Two blocks of RANK_BLOCK_ROWS and a part of a third.
#define MOST_CANDIDATES 300
#define FEW_CANDIDATES 64

static const char *const value_names[VALUES_COUNT] = {"ordinary", "large", "tiny", "dead", "one live", "live", "zeros"};

/// The plans of the engine.
typedef enum plan { DIRECT, USER_ONCE, USER_ONCE_SKIPPING, FACTORED, FACTORED_SKIPPING, PLAN_COUNT } plan;

static const char *const plan_names[PLAN_COUNT] = {"direct", "user-once", "user-once, skipping", "factored",
                                                   "factored, skipping"};

typedef struct list {
    uint32_t user;
    uint32_t count;
    uint32_t rows[MOST_CANDIDATES];
} list;

static void score_list(prepared *prepared, rank_level level, plan plan, const list *list, uint64_t *state,
                       float *scores) {
    prepared->network.skip_dead_units = plan == USER_ONCE_SKIPPING || plan == FACTORED_SKIPPING;
    const float *half = prepared->users ? prepared->users + list->user * prepared->network.user_half.stride : NULL;
    for (uint32_t done = 0; done < list->count;) {
        const uint32_t left = list->count - done;
        const uint32_t part = random_number(state, 0, 2) ? random_number(state, 1, left) : left;
        // Exactly as long as the part: a sanitizer sees a write past the end.
        uint32_t *rows = (uint32_t *)floats(part, false);
        float *out = floats(part, false);
        memcpy(rows, list->rows + done, part * sizeof *rows);
        const rank_run run = {
            .user_row = list->user,
            .user_half = plan == DIRECT ? NULL : half,
            .candidate_table = plan == FACTORED || plan == FACTORED_SKIPPING ? prepared->candidates : NULL,
            .candidate_rows = rows,
            .count = part,
            .scores = out,
            .scratch = prepared->scratch,
        };
        rank_score(level, &prepared->network, &run);
        memcpy(scores + done, out, part * sizeof *out);
        free(rows);
        free(out);
        done += part;
    }
}

static void check_model(counts *counts, rank_level level, const model *model, const char *what, uint64_t *state) {
    const bool fused = rank_level_fuses(level);
    const shape *shape = &model->shape;
    prepared prepared;
    prepare(&prepared, model, level);
    float *expected = floats(shape->candidates, false);
    list list = {.user = random_number(state, 0, shape->users - 1)};
    for (uint32_t row = 0; row < shape->candidates; row++) {
        expected[row] = oracle_score(model, list.user, row, fused);
        if (!fused && isfinite(expected[row])) {
            const double other = oracle_score(model, list.user, row, true);
            const double bound = oracle_bound(model, list.user, row);
            EXPECT(counts, !isfinite(other) || fabs((double)expected[row] - other) <= bound,
                   "%s, %s: %g is further than %g from %g\n", rank_level_name(level), what, (double)expected[row],
                   bound, other);
        }
    }
    for (int plan = DIRECT; plan < PLAN_COUNT; plan++) {
        list.count = random_number(state, 1, random_number(state, 0, 3) ? FEW_CANDIDATES : MOST_CANDIDATES);
        for (uint32_t index = 0; index < list.count; index++) {
            list.rows[index] = random_number(state, 0, shape->candidates - 1);
        }
        float scores[MOST_CANDIDATES];
        score_list(&prepared, level, (enum plan)plan, &list, state, scores);
        for (uint32_t index = 0; index < list.count; index++) {
            const float right = expected[list.rows[index]];
            // The engine refuses scores that are not finite: any NaN is as good as another.
            EXPECT(counts, bits_of(scores[index]) == bits_of(right) || (!isfinite(right) && !isfinite(scores[index])),
                   "%s, %s, %s: candidate %u of %u scores %a, not %a\n", rank_level_name(level), what,
                   plan_names[plan], index, list.count, (double)scores[index], (double)right);
        }
    }
    free(expected);
    free_prepared(&prepared);
}

// Both halves of the only layer underflow to -0, which no weight and no other term can cause.
static void check_negative_zero(counts *counts, rank_level level) {
    uint64_t state = 1;
    const shape shape = {.users = 1, .candidates = 5, .user_dimensions = 1, .candidate_dimensions = 1, .dense = true};
    model model = make_model(shape, VALUES_ORDINARY, &state);
    model.user_embedding[0] = 0x1p-100f;
    for (uint32_t row = 0; row < shape.candidates; row++) {
        model.candidate_embedding[row] = 0x1p-100f;
    }
    model.kernels[0][0] = -0x1p-100f;
    model.kernels[0][1] = -0x1p-100f;
    model.biases[0][0] = 0.0f;
    EXPECT(counts, bits_of(oracle_score(&model, 0, 0, rank_level_fuses(level))) == 0, "the oracle scores -0\n");
    check_model(counts, level, &model, "halves of -0", &state);
    free_model(&model);
}

void check_scores(counts *counts, rank_level level, uint32_t shapes) {
    // The tutorial's, panels and blocks that are not full, one unit, layers wider than one block, rows without a tail.
    const shape fixed[] = {
        {2, 12, 32, 32, true, 2, {256, 64}, false, false, false, false},
        {1, 9, 3, 17, true, 1, {1}, false, false, false, false},
        {1, 9, 16, 16, true, 4, {64, 65, 16, 48}, true, true, true, true},
        {1, 7, 2, 5, true, 2, {300, 33}, false, false, false, false},
        {1, 7, 5, 5, true, 3, {20, 130, 200}, false, false, false, true},
        {2, 30, 32, 32, false, 0, {0}, true, true, true, true},
        {2, 30, 200, 200, false, 0, {0}, true, false, true, false},
    };
    check_negative_zero(counts, level);
    const uint32_t fixed_count = sizeof fixed / sizeof *fixed;
    for (int kind = 0; kind < VALUES_COUNT; kind++) {
        for (uint32_t number = 0; number < fixed_count + shapes; number++) {
            uint64_t state = (uint64_t)kind << 32 | number;
            const shape shape = number < fixed_count ? fixed[number] : random_shape(&state);
            model model = make_model(shape, (values)kind, &state);
            char what[64];
            snprintf(what, sizeof what, "values %s, shape %u", value_names[kind], number);
            check_model(counts, level, &model, what, &state);
            model.steps = random_steps(&state);
            snprintf(what, sizeof what, "values %s, shape %u, curved", value_names[kind], number);
            check_model(counts, level, &model, what, &state);
            free_model(&model);
        }
    }
}
