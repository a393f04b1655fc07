// Popularity with damping: an item's mean rating, drawn towards the mean of all as if it had so many ratings more.
// The model is a CSV with the header item,count,mean; the option damping (10) says how many ratings.
#include <rank_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { uint64_t id; double count, mean; } item;
typedef struct { item *items; size_t count; double damping; float prior; } model;

static int by_id(const void *a, const void *b) {
    return (((const item *)a)->id > ((const item *)b)->id) - (((const item *)a)->id < ((const item *)b)->id);
}
static void destroy(void *instance) { free(((model *)instance)->items), free(instance); }

static int32_t create(const char *path, const rank_plugin_option *options, size_t count, void **instance, char *error,
                      size_t size) {
    double damping = 10, ratings = 0, sum = 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(options[i].key, "damping") || !((damping = atof(options[i].value)) > 0 && damping < 1e9))
            return rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "the only option is damping, a number above 0");
    FILE *file = fopen(path, "r");
    if (!file) return rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "cannot open the file of items");
    model *m = calloc(1, sizeof *m);
    item row = {0};
    int fields = fscanf(file, "item,count,mean ");
    while ((fields = fscanf(file, "%lu,%lf,%lf ", &row.id, &row.count, &row.mean)) == 3 && row.count > 0) {
        (m->items = realloc(m->items, (m->count + 1) * sizeof row))[m->count] = row;
        m->count++, ratings += row.count, sum += row.count * row.mean;
    }
    fclose(file);
    m->damping = damping, m->prior = (float)(sum / ratings);
    if (m->count) qsort(m->items, m->count, sizeof row, by_id);
    *instance = m;
    if (fields == EOF && m->count) return RANK_PLUGIN_OK;
    destroy(m);
    return rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "expected lines item,count,mean under that header");
}

static int32_t describe(void *instance, rank_plugin_description *d, char *error, size_t size) {
    d->prior = ((model *)instance)->prior;
    d->ns_per_candidate = 30;
    strcpy(d->profile, "popularity/1");
    snprintf(d->shape, sizeof d->shape, "%zu items", ((model *)instance)->count);
    return RANK_PLUGIN_OK;
}

static int32_t score(void *instance, const rank_plugin_query *q, rank_plugin_result *r, char *error, size_t size) {
    const model *m = instance;
    for (uint32_t i = 0; i < q->candidate_count; i++) {
        const item key = {.id = q->candidates[i]}, *x = bsearch(&key, m->items, m->count, sizeof key, by_id);
        r->scores[i] = x ? (float)((x->count * x->mean + m->damping * m->prior) / (x->count + m->damping)) : m->prior;
        r->unknown[i] = !x;
    }
    return RANK_PLUGIN_OK;
}

static const rank_plugin_table table = {RANK_PLUGIN_ABI_VERSION, sizeof table, "popularity", "1.0", create,
                                        describe, score, destroy, NULL, NULL};
const rank_plugin_table *rank_plugin_entry(uint32_t host_abi_version) { return host_abi_version >= 1 ? &table : NULL; }
