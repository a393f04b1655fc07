// What must never change within version 1: where the fields lie on the 64-bit systems that plugins are built for.
#include "rank_plugin.h"

#if UINTPTR_MAX == UINT64_MAX
#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field " has moved")

AT(rank_plugin_option, value, 8);

AT(rank_plugin_description, golden_count, 12);
AT(rank_plugin_description, prior, 16);
AT(rank_plugin_description, ns_per_candidate, 24);
AT(rank_plugin_description, ns_per_request, 32);
AT(rank_plugin_description, model_id, 40);
AT(rank_plugin_description, profile, 56);
AT(rank_plugin_description, shape, 88);

AT(rank_plugin_query, user_size, 12);
AT(rank_plugin_query, user, 16);
AT(rank_plugin_query, user_text, 24);
AT(rank_plugin_query, candidates, 32);
AT(rank_plugin_query, offsets, 40);
AT(rank_plugin_query, text, 48);
AT(rank_plugin_query, features, 56);

AT(rank_plugin_result, unknown_user, 4);
AT(rank_plugin_result, scores, 8);
AT(rank_plugin_result, unknown, 16);

AT(rank_plugin_golden, score, 4);
AT(rank_plugin_golden, user, 8);
AT(rank_plugin_golden, candidate, 16);
AT(rank_plugin_golden, user_text, 24);
AT(rank_plugin_golden, candidate_text, 32);
AT(rank_plugin_golden, text_capacity, 40);
AT(rank_plugin_golden, features, 48);

AT(rank_plugin_table, table_size, 4);
AT(rank_plugin_table, name, 8);
AT(rank_plugin_table, version, 16);
AT(rank_plugin_table, create, 24);
AT(rank_plugin_table, describe, 32);
AT(rank_plugin_table, score, 40);
AT(rank_plugin_table, destroy, 48);
AT(rank_plugin_table, feature_name, 56);
AT(rank_plugin_table, golden, 64);
#endif
