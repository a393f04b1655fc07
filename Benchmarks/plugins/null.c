// The null ranker as a plugin: the last byte of each id over 256, as rank-worker's own --ranker null computes it.
#include <rank_plugin.h>
#include <string.h>

static int32_t create(const char *path, const rank_plugin_option *options, size_t count, void **instance, char *error,
                      size_t size)
{
    (void)path, (void)options, (void)instance;
    return count > 0 ? rank_plugin_fail(error, size, RANK_PLUGIN_FAILED, "there are no options") : RANK_PLUGIN_OK;
}

static int32_t describe(void *instance, rank_plugin_description *description, char *error, size_t size)
{
    (void)instance, (void)error, (void)size;
    strcpy(description->profile, "null/1");
    return RANK_PLUGIN_OK;
}

static int32_t score(void *instance, const rank_plugin_query *query, rank_plugin_result *result, char *error,
                     size_t size)
{
    (void)instance, (void)error, (void)size;
    for (uint32_t i = 0; i < query->candidate_count; i++) {
        result->scores[i] = (float)(query->candidates[i] & 0xff) / 256;
        result->unknown[i] = 0;
    }
    return RANK_PLUGIN_OK;
}

static void destroy(void *instance) { (void)instance; }

static const rank_plugin_table table = {
    RANK_PLUGIN_ABI_VERSION, sizeof table, "null", "1.0", create, describe, score, destroy, NULL, NULL,
};

const rank_plugin_table *rank_plugin_entry(uint32_t host_abi_version)
{
    (void)host_abi_version;
    return &table;
}
