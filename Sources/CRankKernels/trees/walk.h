// The definition of a node's decision, written as plainly as C allows.
#pragma once

#include "trees.h"

#include <math.h>
#include <string.h>

/// The float at `index` of floats of any alignment.
static inline float rank_float_at(const void *floats, size_t index) {
    float value;
    memcpy(&value, (const char *)floats + index * sizeof value, sizeof value);
    return value;
}

/// A feature of a row of a run.
static inline float rank_value_of(const rank_trees_run *run, const void *row, const rank_place *place) {
    if (!run->query) {
        return rank_float_at(row, place->whole);
    }
    return rank_float_at(place->is_query ? run->query : row, place->apart);
}

/// A row of a run.
static inline const void *rank_row_of(const rank_trees_run *run, size_t row) {
    return (const char *)run->rows + row * run->stride * sizeof(float);
}

/// `count` rows of a run from `first` on.
static inline rank_trees_run rank_part_of(const rank_trees_run *run, size_t first, size_t count) {
    rank_trees_run part = *run;
    part.rows = rank_row_of(run, first);
    part.count = count;
    part.float_margins = run->float_margins ? run->float_margins + first : NULL;
    part.double_margins = run->double_margins ? run->double_margins + first : NULL;
    return part;
}

/// Whether `set` lists the category of x, which is not NaN.
static inline bool rank_is_listed(const rank_trees_source *source, uint32_t set, uint8_t flags, float x) {
    const uint32_t *words = source->set_words + source->set_offsets[set];
    const uint32_t count = source->set_offsets[set + 1] - source->set_offsets[set];
    if (x < 0 && !((flags & RANK_NODE_NEGATIVE_FRACTION) && x > -1)) {
        return false;
    }
    const float number = x < 0 ? 0 : x;
    if ((double)number >= 32.0 * count) {
        return false;
    }
    const uint32_t category = (uint32_t)number;
    return words[category / 32] >> category % 32 & 1;
}

/// Whether x goes right at a categorical node.
static inline bool rank_category_goes_right(const rank_trees_source *source, uint32_t set, uint8_t flags, float x) {
    if (isnan(x)) {
        return flags & RANK_NODE_MISSING_RIGHT;
    }
    return rank_is_listed(source, set, flags, x) != (bool)(flags & RANK_NODE_LISTED_LEFT);
}

/// Whether x goes right at a node.
static inline bool rank_goes_right(const rank_trees_source *source, size_t node, float x) {
    const uint8_t flags = source->flags[node];
    if (flags & RANK_NODE_CATEGORICAL) {
        return rank_category_goes_right(source, source->set[node], flags, x);
    }
    if (isnan(x) || ((flags & RANK_NODE_ZERO_IS_MISSING) && fabsf(x) <= 1e-35f)) {
        return flags & RANK_NODE_MISSING_RIGHT;
    }
    return !(flags & RANK_NODE_NEVER) && x >= source->threshold[node];
}
