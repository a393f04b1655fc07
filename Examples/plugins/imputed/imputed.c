// A linear model over features that may be missing: each feature has a weight, and a value that stands for it where it
// is missing, or none if it must be there. The model is a CSV with the header feature,weight,missing, such as
//     price,-0.25,9.5
//     clicks,1.5,
#include <math.h>
#include <rank_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };
typedef struct { uint32_t count; char names[MOST][64]; float weights[MOST], stand_ins[MOST]; } model;

static void destroy(void *instance) { free(instance); }

static int32_t create(const char *path, const rank_plugin_option *options, size_t count, void **instance, char *error,
                      size_t size) {
    (void)options;
    if (count > 0) return rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "there are no options");
    FILE *file = fopen(path, "r");
    if (!file) return rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "cannot open the file of weights");
    model *m = calloc(1, sizeof *m);
    char line[256];
    int is_good = fgets(line, sizeof line, file) && strcmp(line, "feature,weight,missing\n") == 0;
    while (is_good && fgets(line, sizeof line, file)) {
        // Three fields: a value that is not given is NaN, so that the feature has to be there.
        float weight = 0, value = NAN;
        is_good = m->count < MOST && sscanf(line, "%63[^,\n],%f,%f", m->names[m->count], &weight, &value) >= 2
                  && isfinite(weight) && !isinf(value);
        if (is_good) m->weights[m->count] = weight, m->stand_ins[m->count++] = value;
    }
    fclose(file);
    *instance = m;
    if (is_good && m->count) return RANK_PLUGIN_OK;
    destroy(m);
    return rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "expected up to 64 lines feature,weight,missing");
}

static int32_t describe(void *instance, rank_plugin_description *d, char *error, size_t size) {
    (void)error, (void)size;
    d->feature_count = ((model *)instance)->count;
    d->ns_per_candidate = 3 + 2.0 * d->feature_count;
    strcpy(d->profile, "imputed/1");
    return RANK_PLUGIN_OK;
}

static int32_t takes_missing(void *instance, uint32_t index) {
    return isnan(((model *)instance)->stand_ins[index]) ? RANK_PLUGIN_MISSING_REFUSED : RANK_PLUGIN_MISSING_TAKEN;
}

static int32_t score(void *instance, const rank_plugin_query *q, rank_plugin_result *r, char *error, size_t size) {
    const model *m = instance;
    (void)error, (void)size;
    for (uint32_t i = 0; i < q->candidate_count; i++) {
        const float *row = q->features + (size_t)i * m->count;
        float sum = 0;
        for (uint32_t f = 0; f < m->count; f++) sum += m->weights[f] * (isnan(row[f]) ? m->stand_ins[f] : row[f]);
        r->scores[i] = sum;
    }
    return RANK_PLUGIN_OK;
}

static int32_t feature_name(void *instance, uint32_t index, char *name, size_t size) {
    return rank_plugin_fail(name, size, RANK_PLUGIN_OK, ((model *)instance)->names[index]);
}

static const rank_plugin_table table = {RANK_PLUGIN_ABI_VERSION, sizeof table, "imputed", "1.0", create, describe,
                                        score, destroy, feature_name, NULL, takes_missing};
const rank_plugin_table *rank_plugin_entry(uint32_t host_abi_version) { return host_abi_version >= 1 ? &table : NULL; }
