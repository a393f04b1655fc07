// The engines that run.py compares, called without Python in between, by the clock of the thread that calls.
//
// Linked into one library with the kernels. XGBoost, LightGBM and compiled models are called by the addresses of their
// functions.

#include <string.h>
#include <time.h>

#include "flat.h"

// What an engine is called by.
enum kind { KERNEL, XGBOOST, LIGHTGBM, LIGHTGBM_ROW, TL2CGEN_FLOAT, TL2CGEN_DOUBLE, LLEAVES };

// An engine with the lists that it scores; `call_of` in calls.py has the same fields.
struct call {
    int kind;
    void *function;
    // An ensemble, a Booster, or what LightGBM prepared for single rows.
    void *handle;
    const char *settings;
    // [lists][candidates][columns], of floats; doubles for lleaves.
    const void *rows;
    // [lists], the rows as XGBoost wants them described.
    const char *const *described;
    // [lists][query_columns], features of the query; NULL where the rows have all.
    const float *query;
    size_t columns, query_columns, candidates, lists;
    // [candidates], the sums: floats, or doubles.
    void *found;
    bool is_double;
};

// A compiled ensemble, and the memory that it works in.
struct ensemble {
    char *bytes;
    struct flat flat;
    bool *is_query;
    rank_trees *trees;
    void *scratch;
};

void ensemble_free(struct ensemble *ensemble) {
    rank_trees_free(ensemble->trees);
    free(ensemble->scratch);
    free(ensemble->is_query);
    free(ensemble->bytes);
    free(ensemble);
}

// Reads and compiles the ensemble of a flat file, whose first `query_columns` a call may give once; NULL on failure.
struct ensemble *ensemble_open(const char *path, rank_trees_plan plan, size_t query_columns) {
    struct ensemble *ensemble = calloc(1, sizeof *ensemble);
    if (ensemble == NULL) return NULL;
    ensemble->bytes = contents(path);
    if (ensemble->bytes != NULL) {
        ensemble->flat = flat_of(ensemble->bytes);
        ensemble->is_query = calloc(ensemble->flat.counts.features, 1);
    }
    if (ensemble->is_query != NULL) {
        memset(ensemble->is_query, true, query_columns);
        ensemble->flat.source.is_query = ensemble->is_query;
        ensemble->trees = rank_trees_make(&ensemble->flat.source, &plan);
    }
    if (ensemble->trees != NULL) {
        ensemble->scratch = aligned_alloc(64, (rank_trees_scratch_bytes(ensemble->trees) + 64) / 64 * 64);
    }
    if (ensemble->scratch != NULL) return ensemble;
    ensemble_free(ensemble);
    return NULL;
}

static bool by_kernel(const struct call *call, size_t list, const float *rows) {
    const struct ensemble *ensemble = call->handle;
    rank_trees_run run = {.rows = rows, .stride = call->columns, .count = call->candidates};
    if (call->query != NULL) run.query = call->query + list * call->query_columns;
    run.scratch = ensemble->scratch;
    if (call->is_double) run.double_margins = call->found;
    else run.float_margins = call->found;
    rank_trees_score(ensemble->trees, &run);
    return true;
}

// XGBoosterPredictFromDense
typedef int xgboost(void *, const char *, const char *, void *, const uint64_t **, uint64_t *, const float **);

static bool by_xgboost(const struct call *call, size_t list) {
    const uint64_t *shape;
    uint64_t dimensions;
    const float *found;
    xgboost *predict = (xgboost *)call->function;
    const char *rows = call->described[list];
    if (predict(call->handle, rows, call->settings, NULL, &shape, &dimensions, &found) != 0) return false;
    memcpy(call->found, found, 4 * call->candidates);
    return true;
}

// LGBM_BoosterPredictForMat
typedef int lightgbm(void *, const void *, int, int32_t, int32_t, int, int, int, int, const char *, int64_t *,
                     double *);
// LGBM_BoosterPredictForMatSingleRowFast
typedef int lightgbm_row(void *, const void *, int64_t *, double *);
enum { LIGHTGBM_FLOAT32 = 0, LIGHTGBM_BY_ROW = 1, LIGHTGBM_RAW = 1, LIGHTGBM_ALL = -1 };

static bool by_lightgbm(const struct call *call, const float *rows) {
    int64_t length;
    if (call->kind == LIGHTGBM_ROW) {
        return ((lightgbm_row *)call->function)(call->handle, rows, &length, call->found) == 0;
    }
    return ((lightgbm *)call->function)(call->handle, rows, LIGHTGBM_FLOAT32, (int32_t)call->candidates,
                                        (int32_t)call->columns, LIGHTGBM_BY_ROW, LIGHTGBM_RAW, 0, LIGHTGBM_ALL,
                                        call->settings, &length, call->found) == 0;
}

enum { MOST_COLUMNS = 256 };

// What the source that tl2cgen writes calls `union Entry`, for thresholds of one type.
#define TL2CGEN(name, type)                                                          \
    union entry_##name {                                                             \
        int missing;                                                                 \
        type value;                                                                  \
    };                                                                               \
    typedef void predict_##name(union entry_##name *, int, type *);                  \
    static bool name(const struct call *call, const float *rows) {                   \
        predict_##name *predict = (predict_##name *)call->function;                  \
        union entry_##name entries[MOST_COLUMNS];                                    \
        type *found = call->found;                                                   \
        if (call->columns > MOST_COLUMNS) return false;                              \
        for (size_t row = 0; row < call->candidates; row++, rows += call->columns) { \
            for (size_t column = 0; column < call->columns; column++) {              \
                if (rows[column] != rows[column]) entries[column].missing = -1;      \
                else entries[column].value = rows[column];                           \
            }                                                                        \
            found[row] = 0;                                                          \
            predict(entries, 1, found + row);                                        \
        }                                                                            \
        return true;                                                                 \
    }
TL2CGEN(by_tl2cgen_float, float)
TL2CGEN(by_tl2cgen_double, double)

// The function that lleaves compiles, for the rows from a first to a last one.
typedef void lleaves(const double *, double *, int32_t, int32_t);

static bool by_lleaves(const struct call *call, const double *rows) {
    ((lleaves *)call->function)(rows, call->found, 0, (int32_t)call->candidates);
    return true;
}

// Scores a list; false where the library reports an error.
bool turns_score(const struct call *call, size_t list) {
    const size_t first = list * call->candidates * call->columns;
    switch ((enum kind)call->kind) {
    case KERNEL: return by_kernel(call, list, (const float *)call->rows + first);
    case XGBOOST: return by_xgboost(call, list);
    case LIGHTGBM:
    case LIGHTGBM_ROW: return by_lightgbm(call, (const float *)call->rows + first);
    case TL2CGEN_FLOAT: return by_tl2cgen_float(call, (const float *)call->rows + first);
    case TL2CGEN_DOUBLE: return by_tl2cgen_double(call, (const float *)call->rows + first);
    case LLEAVES: return by_lleaves(call, (const double *)call->rows + first);
    }
    return false;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

// What reading the clock adds to a call that is timed alone, in nanoseconds.
double turns_clock(void) {
    const double start = now();
    for (int read = 0; read < 1000; read++) now();
    return (now() - start) / 1001;
}

// Nanoseconds of a call in a window of calls behind one that is not counted, each with the next list; negative where
// one failed.
double turns_window(const struct call *call, size_t first, size_t calls) {
    bool is_sound = turns_score(call, first % call->lists);
    const double start = now();
    for (size_t index = 1; index <= calls; index++) is_sound &= turns_score(call, (first + index) % call->lists);
    return is_sound ? (now() - start) / (double)calls : -1;
}

// Two engines call by call in turn: nanoseconds of each call of the one, then of the other, in `times` [2][calls].
bool turns_mixed(const struct call *one, const struct call *other, size_t first, size_t calls, double *times) {
    bool is_sound = true;
    for (size_t index = 0; index < calls; index++) {
        const double start = now();
        is_sound &= turns_score(one, (first + index) % one->lists);
        const double middle = now();
        is_sound &= turns_score(other, (first + index + 1) % other->lists);
        times[index] = middle - start;
        times[calls + index] = now() - middle;
    }
    return is_sound;
}
