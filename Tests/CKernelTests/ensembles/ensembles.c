#include "ensembles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../model.h"
#include "../random.h"

#define SETS 12
#define MOST_SET_WORDS 12

static void *own(ensemble *ensemble, size_t count) {
    return ensemble->owned[ensemble->owned_count++] = floats(count, false);
}

static float threshold(uint32_t feature, uint32_t number) {
    // Values that are close to each other, both zeros among them, and those at the edge of missing zeros.
    const float edges[] = {0.0f, -0.0f, 1e-35f, nextafterf(1e-35f, 1.0f), -1e-35f, 1e-45f, -1e-45f, INFINITY,
                           -INFINITY, 3.4028235e38f};
    if (number < sizeof edges / sizeof *edges) {
        return edges[(number + feature) % (sizeof edges / sizeof *edges)];
    }
    return (float)number * 0.37f - 7.0f + (float)(feature % 3);
}

static void make_sets(ensemble *ensemble, uint64_t *state) {
    uint32_t *offsets = own(ensemble, SETS + 1);
    uint32_t *words = own(ensemble, SETS * MOST_SET_WORDS);
    for (uint32_t set = 0; set < SETS; set++) {
        // An empty set, too.
        offsets[set + 1] = offsets[set] + (set ? random_number(state, 1, MOST_SET_WORDS) : 0);
        for (uint32_t word = offsets[set]; word < offsets[set + 1]; word++) {
            words[word] = (uint32_t)random_bits(state);
        }
    }
    ensemble->source.set_offsets = offsets;
    ensemble->source.set_words = words;
}

/// The arrays of an ensemble while nodes are added to it.
typedef struct growing {
    uint32_t *feature;
    float *threshold;
    uint8_t *flags;
    int32_t *left;
    int32_t *right;
    uint32_t *set;
    uint32_t nodes;
    uint32_t leaves;
} growing;

static void ask(const forest *forest, growing *to, uint32_t node, uint64_t *state) {
    to->feature[node] = random_number(state, 0, forest->features - 1);
    const uint32_t side = random_number(state, 0, 1) ? RANK_NODE_MISSING_RIGHT : 0;
    if (forest->has_categories && random_number(state, 0, 3) == 0) {
        const uint32_t others = random_number(state, 0, 3) * RANK_NODE_LISTED_LEFT;
        to->flags[node] = (uint8_t)(RANK_NODE_CATEGORICAL | side | others);
        to->set[node] = random_number(state, 0, SETS - 1);
        return;
    }
    const uint32_t zero = random_number(state, 0, 2) ? 0 : RANK_NODE_ZERO_IS_MISSING;
    const uint32_t never = random_number(state, 0, 19) ? 0 : RANK_NODE_NEVER;
    to->flags[node] = (uint8_t)(side | zero | never);
    to->threshold[node] = never ? 0 : threshold(to->feature[node], random_number(state, 0, forest->thresholds - 1));
}

static void grow(const forest *forest, growing *to, uint64_t *state) {
    const uint32_t leaves = forest->is_even ? forest->most_leaves : random_number(state, 1, forest->most_leaves);
    const uint32_t first = to->nodes;
    // The open ends of the tree: where a child is still to be written.
    int32_t *ends[2 * 1024];
    uint32_t from = 0;
    uint32_t until = 1;
    int32_t root = 0;
    ends[0] = &root;
    for (uint32_t count = 1; count < leaves; count++) {
        if (forest->is_chain || !forest->is_level_wise) {
            // Deep trees: one of the last ends most of the time.
            const bool is_last = forest->is_chain || random_number(state, 0, 2) == 0;
            const uint32_t other = random_number(state, is_last ? until - 1 : from, until - 1);
            int32_t *const chosen = ends[other];
            ends[other] = ends[from];
            ends[from] = chosen;
        }
        const uint32_t node = to->nodes++;
        *ends[from++] = (int32_t)(node - first);
        ask(forest, to, node, state);
        ends[until++] = to->left + node;
        ends[until++] = to->right + node;
    }
    // Leaves have no order.
    int32_t number = 0;
    while (from < until) {
        const uint32_t chosen = random_number(state, from, until - 1);
        *ends[chosen] = ~number++;
        ends[chosen] = ends[from++];
    }
    to->leaves += (uint32_t)number;
}

ensemble make_ensemble(const forest *forest, uint64_t *state) {
    ensemble ensemble = {.source = {.features = forest->features, .tree_count = forest->trees}};
    const size_t most = (size_t)forest->trees * forest->most_leaves;
    growing to = {
        .feature = own(&ensemble, most),
        .threshold = own(&ensemble, most),
        .flags = own(&ensemble, most),
        .left = own(&ensemble, most),
        .right = own(&ensemble, most),
        .set = own(&ensemble, most),
    };
    uint32_t *first_node = own(&ensemble, forest->trees + 1);
    uint32_t *first_leaf = own(&ensemble, forest->trees + 1);
    for (uint32_t tree = 0; tree < forest->trees; tree++) {
        grow(forest, &to, state);
        first_node[tree + 1] = to.nodes;
        first_leaf[tree + 1] = to.leaves;
    }
    rank_trees_source *source = &ensemble.source;
    source->first_node = first_node;
    source->first_leaf = first_leaf;
    source->feature = to.feature;
    source->threshold = to.threshold;
    source->flags = to.flags;
    source->left = to.left;
    source->right = to.right;
    source->base = random_number(state, 0, 3) ? random_float(state, 1.0f) : -0.0f;
    if (forest->has_categories) {
        source->set = to.set;
        make_sets(&ensemble, state);
    }
    if (forest->has_query) {
        bool *is_query = own(&ensemble, forest->features);
        for (uint32_t feature = 0; feature < forest->features; feature++) {
            is_query[feature] = random_number(state, 0, 1);
            ensemble.query_count += is_query[feature];
        }
        source->is_query = is_query;
    }
    float *float_leaves = own(&ensemble, to.leaves);
    double *double_leaves = own(&ensemble, 2 * (size_t)to.leaves);
    for (uint32_t leaf = 0; leaf < to.leaves; leaf++) {
        // Every leaf its own value, of every magnitude: a wrong leaf or another order changes bits.
        const float scale = ldexpf(1.0f, (int)random_number(state, 0, 30) - 15);
        float_leaves[leaf] = random_number(state, 0, 30) ? random_float(state, scale) : -0.0f;
        double_leaves[leaf] = (double)float_leaves[leaf] + ldexp(random_float(state, 1.0f), -40);
    }
    source->float_leaves = forest->is_double ? NULL : float_leaves;
    source->double_leaves = forest->is_double ? double_leaves : NULL;
    return ensemble;
}

void free_ensemble(ensemble *ensemble) {
    for (uint32_t index = 0; index < ensemble->owned_count; index++) {
        free(ensemble->owned[index]);
    }
}

float edge_value(const ensemble *ensemble, uint32_t feature, uint64_t *state) {
    const rank_trees_source *source = &ensemble->source;
    const float edges[] = {NAN,     -NAN,    INFINITY, -INFINITY, 0.0f,   -0.0f,    1e-35f,     -1e-35f,
                           1e-45f,  -1e-45f, 3.4e38f,  -3.4e38f,  -0.5f,  -1.0f,    16777216.f, 2147483648.f,
                           383.99f, 384.0f,  31.5f,    1e-36f,    -2e-35f, 1.00001e-35f};
    const uint32_t nodes = source->first_node[source->tree_count];
    switch (random_number(state, 0, 4)) {
    case 0:
        return edges[random_number(state, 0, sizeof edges / sizeof *edges - 1)];
    case 1:
        return (float)random_number(state, 0, 400) + (random_number(state, 0, 3) ? 0 : 0.5f);
    case 2:
        return random_float(state, 10.0f);
    default:
        // A threshold of the feature where a few tries find one.
        for (int attempt = 0; nodes && attempt < 8; attempt++) {
            const uint32_t node = random_number(state, 0, nodes - 1);
            if (source->feature[node] == feature) {
                const float value = source->threshold[node];
                const uint32_t step = random_number(state, 0, 2);
                return step == 0 ? value : nextafterf(value, step == 1 ? INFINITY : -INFINITY);
            }
        }
        return random_float(state, 100.0f);
    }
}
