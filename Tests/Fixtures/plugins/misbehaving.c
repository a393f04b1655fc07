// A plugin that does what plugins must not. What it does is chosen by the option `does`, which is made part of the
// instance; what is wrong with the library itself is chosen when it is compiled (-DABI=2, -DTABLE=NULL and so on).
//
// Without an option it behaves: the score of a candidate is a hash of user, candidate and features in [0, 1).
#include <rank_plugin.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef ABI
#define ABI RANK_PLUGIN_ABI_VERSION
#endif
#ifndef TABLE_SIZE
#define TABLE_SIZE sizeof(rank_plugin_table)
#endif
#ifndef NAME
#define NAME "misbehaving"
#endif
#ifndef CREATE
#define CREATE create
#endif
#ifndef TABLE
#define TABLE &table
#endif
#ifndef TAKES_MISSING
#define TAKES_MISSING takes_missing
#endif
#ifndef ENTRY
#define ENTRY rank_plugin_entry
#endif

typedef struct instance {
    char does[32];
    char kind[8];
    uint32_t features;
    uint32_t goldens;
    uint64_t calls;
} instance;

static int is(const void *self, const char *what) { return strcmp(((const instance *)self)->does, what) == 0; }

/// What -ffast-math does to a process.
static void flush_subnormals(void)
{
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#elif defined(__aarch64__)
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(control | (1u << 24)));
#endif
}

static int32_t create(const char *path, const rank_plugin_option *options, size_t count, void **out, char *error, size_t size)
{
    instance *self = calloc(1, sizeof *self);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(options[i].key, "does") == 0)
            snprintf(self->does, sizeof self->does, "%s", options[i].value);
        else if (strcmp(options[i].key, "kind") == 0)
            snprintf(self->kind, sizeof self->kind, "%s", options[i].value);
        else if (strcmp(options[i].key, "features") == 0)
            self->features = (uint32_t)strtoul(options[i].value, NULL, 10);
        else if (strcmp(options[i].key, "goldens") == 0)
            self->goldens = (uint32_t)strtoul(options[i].value, NULL, 10);
        else if (!is(self, "takes-anything"))
            return free(self), rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "no such option");
    }
    if (is(self, "fail-create"))
        return free(self), rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "the model is upside down");
    if (is(self, "fail-silently"))
        return free(self), 77;
    if (is(self, "wait")) {
        char loading[4096];
        snprintf(loading, sizeof loading, "%s.loading", path);
        fclose(fopen(loading, "w"));
        for (;;)
            pause();
    }
    if (is(self, "flush"))
        flush_subnormals();
    if (is(self, "leak-descriptor"))
        (void)!fopen("/dev/null", "r");
    if (is(self, "unended-error"))
        return free(self), memset(error, 'x', size), RANK_PLUGIN_FAILED;
    FILE *file = path[0] ? fopen(path, "r") : NULL;
    if (path[0] && !file && !is(self, "takes-anything"))
        return free(self), rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "cannot open the model");
    if (file)
        fclose(file);
    *out = self;
    return RANK_PLUGIN_OK;
}

static void destroy(void *self)
{
    if (!is(self, "leak"))
        free(self);
}

static int32_t describe(void *self, rank_plugin_description *d, char *error, size_t size)
{
    const instance *me = self;
    d->id_kind = strcmp(me->kind, "utf8") == 0;
    d->feature_count = me->features;
    d->golden_count = me->goldens;
    d->prior = 0.5f;
    d->ns_per_candidate = is(self, "cheap") ? 0.0001 : 20;
    strcpy(d->profile, "hash/1");
    strcpy(d->shape, "nothing");
    if (is(self, "fail-describe"))
        return rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "no words for it");
    if (is(self, "no-profile"))
        d->profile[0] = 0;
    if (is(self, "coloured-profile"))
        strcpy(d->profile, "red\033[31m");
    if (is(self, "unended-profile"))
        memset(d->profile, 'p', sizeof d->profile);
    if (is(self, "no-text"))
        strcpy(d->shape, "\xff\xfe");
    if (is(self, "many-features"))
        d->feature_count = RANK_PLUGIN_MAX_FEATURES + 1;
    if (is(self, "many-goldens"))
        d->golden_count = RANK_PLUGIN_MAX_GOLDENS + 1;
    if (is(self, "other-kind"))
        d->id_kind = 2;
    if (is(self, "nan-prior"))
        d->prior = NAN;
    if (is(self, "nan-cost"))
        d->ns_per_request = NAN;
    if (is(self, "reserved"))
        d->reserved = 1;
    if (is(self, "long-struct"))
        d->struct_size += 8;
    if (is(self, "overwrite"))
        memset((char *)d + d->struct_size, 0, 8);
    return RANK_PLUGIN_OK;
}

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static uint64_t mix_bytes(uint64_t state, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        state = mix(state ^ (unsigned char)bytes[i] ^ 0x100);
    return state;
}

static float hash(uint64_t user, uint64_t candidate, const float *features, uint32_t count)
{
    uint64_t state = mix(mix(user + 1) ^ candidate);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, features + i, sizeof bits);
        state = mix(state ^ bits);
    }
    return (float)(state >> 40) / 16777216.0f;
}

/// Goes down until the stack ends.
static int32_t descend(volatile uint32_t depth)
{
    volatile char frame[4096];
    frame[depth % sizeof frame] = 1;
    return depth == 0 ? 0 : descend(depth + 1) + frame[0];
}

static int32_t score(void *self, const rank_plugin_query *q, rank_plugin_result *result, char *error, size_t size)
{
    instance *me = self;
    const int is_text = strcmp(me->kind, "utf8") == 0;
    const uint32_t count = q->candidate_count;
    me->calls += 1;
    if (is(self, "fail-score"))
        return rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "the model fell over");
    if (is(self, "refuse-unknown"))
        return rank_plugin_fail(error, size, RANK_PLUGIN_INVALID_QUERY, "who is that");
    if (is(self, "crash") && count == 500)
        *(volatile int *)NULL = 1;
    if (is(self, "exit") && count == 500)
        exit(0);
    if (is(self, "recurse") && count == 500)
        return descend(count);
    if (is(self, "leak-score"))
        *(volatile char *)malloc(4096) = 1;
    const uint64_t user = is_text ? mix_bytes(0, q->user_text, q->user_size) : q->user;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t id = is_text ? mix_bytes(0, q->text + q->offsets[i], q->offsets[i + 1] - q->offsets[i]) : q->candidates[i];
        const float *row = q->feature_count ? q->features + (size_t)i * q->feature_count : NULL;
        if (i + 1 == count && is(self, "forget-last"))
            continue;
        result->scores[i] = hash(user, id, row, q->feature_count);
        for (uint32_t f = 0; f < q->feature_count; f++)
            if (isnan(row[f]) && (is(self, "missing-lie") || (f > 0 && is(self, "missing-first"))))
                result->scores[i] = NAN;
        result->unknown[i] = id % 4 == 3 ? 200 : 0;
        // Ids above what is tried at the start.
        if (id == 1000003) {
            if (is(self, "nan"))
                result->scores[i] = NAN;
            if (is(self, "infinity"))
                result->scores[i] = -INFINITY;
            if (is(self, "refuse-one"))
                return rank_plugin_fail(error, size, RANK_PLUGIN_INVALID_QUERY, "not this one");
            if (is(self, "fail-one"))
                return rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "that one again");
        }
    }
    result->unknown_user = user % 8 == 7;
    if (count == 0)
        return RANK_PLUGIN_OK;
    if (is(self, "nan-always"))
        result->scores[count - 1] = NAN;
    if (is(self, "infinity-always"))
        result->scores[0] = INFINITY;
    if (is(self, "place"))
        for (uint32_t i = 0; i < count; i++)
            result->scores[i] += (float)i;
    if (is(self, "place-beyond-64") && count > 64)
        for (uint32_t i = 64; i < count; i++)
            result->scores[i] += 1;
    if (is(self, "calls"))
        result->scores[0] += me->calls > 1000 ? 1 : 0;
    if (is(self, "write-beyond"))
        result->scores[count] = 0;
    if (is(self, "write-flag-beyond"))
        result->unknown[count] = 1;
    if (is(self, "write-query"))
        ((uint64_t *)(void *)q->candidates)[0] += 1;
    return RANK_PLUGIN_OK;
}

static int32_t feature_name(void *self, uint32_t index, char *name, size_t size)
{
    if (is(self, "comma"))
        return rank_plugin_fail(name, size, RANK_PLUGIN_OK, "a,b");
    if (is(self, "no-name"))
        return rank_plugin_fail(name, size, RANK_PLUGIN_OK, "");
    snprintf(name, size, "feature%u", index);
    return RANK_PLUGIN_OK;
}

static int32_t takes_missing(void *self, uint32_t index)
{
    return is(self, "missing-odd") ? 7 : is(self, "missing-first") ? index == 0 : !is(self, "missing-refused");
}

static int32_t golden(void *self, uint32_t index, rank_plugin_golden *out, char *error, size_t size)
{
    const instance *me = self;
    if (is(self, "fail-golden"))
        return rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "forgotten");
    for (uint32_t i = 0; i < me->features; i++)
        out->features[i] = (float)index + (float)i / 4;
    if (strcmp(me->kind, "utf8") == 0) {
        snprintf(out->user_text, out->text_capacity, "user%u", index);
        snprintf(out->candidate_text, out->text_capacity, "candidate%u", index);
        out->score = hash(mix_bytes(0, out->user_text, strlen(out->user_text)), mix_bytes(0, out->candidate_text, strlen(out->candidate_text)), out->features, me->features);
    } else {
        out->user = index;
        out->candidate = 100 + index;
        out->score = hash(out->user, out->candidate, out->features, me->features);
    }
    if (is(self, "wrong-golden") && index == 2)
        out->score = nextafterf(out->score, 2);
    return RANK_PLUGIN_OK;
}

static const rank_plugin_table table = {
    .abi_version = ABI,
    .table_size = TABLE_SIZE,
    .name = NAME,
    .version = "0.1",
    .create = CREATE,
    .describe = describe,
    .score = score,
    .destroy = destroy,
    .feature_name = feature_name,
    .golden = golden,
    .takes_missing = TAKES_MISSING,
};

RANK_PLUGIN_EXPORT const rank_plugin_table *ENTRY(uint32_t host_abi_version)
{
    (void)host_abi_version;
    (void)&table;
    (void)takes_missing;
    return TABLE;
}
