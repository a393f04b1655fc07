// The first two layers of many candidates, where both halves of the first one are given.
#pragma once

#include "score.h"

#if defined(__x86_64__)
/// Computes `count` candidates of a run from `at` on, at most `rank_group_rows` of them. The network is dense and has a
/// hidden layer, `run` has both halves.
///
/// With one hidden layer `out` is [count] and takes the output of the dense layers, the last one included; with more it
/// is [count][stride of the first hidden layer] and takes that layer's activations. `scratch`: RANK_GROUP_FLOATS floats
/// for each candidate, 64-byte aligned.
void rank_factored_avx512(const rank_network *network, const rank_run *run, size_t at, size_t count, float *scratch,
                          float *out);

/// Rows of the candidates' table to prefetch.
typedef struct rank_coming {
    const float *table;
    const uint32_t *rows;
    size_t count;
} rank_coming;

/// Computes the sums of the first hidden layer, [count][its stride], from activations of the first layer, [count][its
/// stride]; at most `rank_group_rows` rows. Prefetches up to `count` of the rows of `coming` meanwhile. The network has
/// a hidden layer. `scratch` as above.
void rank_hidden_avx512(const rank_network *network, const float *activations, size_t count, float *scratch,
                        float *sums, const rank_coming *coming);
#endif
