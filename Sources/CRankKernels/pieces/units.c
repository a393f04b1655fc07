// Units, each of which has the nodes of some pieces.
#include "pieces.h"

#include <stdlib.h>

bool rank_add_unit(rank_cutting *cutting) {
    if (cutting->unit_count == cutting->most_units) {
        const size_t most = 2 * (size_t)cutting->most_units + 64;
        const size_t leaves = RANK_UNIT_LANES * rank_leaf_bytes(cutting->trees);
        uint8_t *units = realloc(cutting->units, most * RANK_UNIT_BYTES);
        cutting->units = units ? units : cutting->units;
        char *values = realloc(cutting->leaves, most * leaves);
        cutting->leaves = values ? values : cutting->leaves;
        if (!units || !values) {
            return false;
        }
        cutting->most_units = (uint32_t)most;
    }
    const size_t unit = cutting->unit_count++;
    const size_t leaves = RANK_UNIT_LANES * rank_leaf_bytes(cutting->trees);
    memset(cutting->units + unit * RANK_UNIT_BYTES, 0, RANK_UNIT_BYTES);
    memset(cutting->leaves + unit * leaves, 0, leaves);
    return true;
}

void rank_place_nodes(rank_cutting *cutting, uint32_t unit, uint32_t lane, const uint32_t *nodes, uint32_t count) {
    const rank_ordered *order = cutting->order;
    uint8_t *lanes = cutting->units + (size_t)unit * RANK_UNIT_BYTES + lane;
    for (uint32_t at = 0; at < count; at++) {
        const rank_ordered *ordered = order + nodes[at];
        const rank_asked *predicate = cutting->predicates + cutting->trees->predicate_of[ordered->node];
        lanes[at] = predicate->place;
        lanes[at + RANK_UNIT_LANES] = predicate->rank;
        cutting->lanes[nodes[at]] = (uint8_t)(lane + at);
        const uint32_t depth = ordered->depth - order[nodes[0]].depth + 1;
        cutting->depth = depth > cutting->depth ? depth : cutting->depth;
    }
    cutting->trees->pieces.passed += count ? (double)order[nodes[0]].leaves / order[0].leaves : 1;
}

void rank_close_unit(rank_cutting *cutting, uint32_t tree, uint32_t unit, uint32_t lane, const rank_places *placed) {
    const rank_trees_source *source = &cutting->trees->source;
    const size_t size = rank_leaf_bytes(cutting->trees);
    const char *from = source->double_leaves ? (const char *)source->double_leaves : (const char *)source->float_leaves;
    from += source->first_leaf[tree] * size;
    char *to = cutting->leaves + (size_t)unit * RANK_UNIT_LANES * size;
    uint8_t *followers = cutting->units + (size_t)unit * RANK_UNIT_BYTES + 2 * RANK_UNIT_LANES;
    uint32_t exit = lane;
    if (placed->count == 0) {
        memcpy(to + exit * size, from, size);
        followers[lane] = followers[lane + RANK_UNIT_LANES] = (uint8_t)(RANK_UNIT_LANES + exit++);
    }
    for (uint32_t at = 0; at < placed->count; at++) {
        const rank_ordered *ordered = cutting->order + placed->nodes[at];
        for (int side = 0; side < 2; side++) {
            if (ordered->child[side] < 0) {
                memcpy(to + exit * size, from + rank_leaf_child(source, ordered, side) * size, size);
                followers[lane + at + side * RANK_UNIT_LANES] = (uint8_t)(RANK_UNIT_LANES + exit++);
            }
        }
    }
    if (cutting->trees->pieces.width == RANK_UNIT_LANES) {
        cutting->units[(size_t)unit * RANK_UNIT_BYTES + RANK_LEAF_COUNT] = (uint8_t)exit;
    }
    for (uint32_t at = 0; at < placed->count; at++) {
        const rank_ordered *ordered = cutting->order + placed->nodes[at];
        for (int side = 0; side < 2; side++) {
            const int64_t child = ordered->child[side];
            if (child < 0) {
                continue;
            }
            if (cutting->lanes[child] == RANK_NO_LANE) {
                cutting->next.exits[cutting->next.count] = (size_t)unit * RANK_UNIT_LANES + exit;
                cutting->next.roots[cutting->next.count++] = (uint32_t)child;
                followers[lane + at + side * RANK_UNIT_LANES] = (uint8_t)(RANK_UNIT_LANES + exit++);
            } else {
                followers[lane + at + side * RANK_UNIT_LANES] = cutting->lanes[child];
            }
        }
    }
}
