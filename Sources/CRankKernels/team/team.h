// The parts of a loop of training.
//
// A part writes elements of its own, each computed as without parts; no sum is split. The bits do not depend on the
// number of threads.
#pragma once

#include "rank_team.h"

// The least work of a part, in multiply-adds of a product and in elements of the other loops: handing out less takes
// longer than the work.
#define TEAM_MULTIPLY_ADDS 32768
#define TEAM_ELEMENTS 4096

typedef struct team_range {
    size_t from, to;
} team_range;

// The number of parts of `work` units of work, of at least `least` units each.
static inline size_t team_parts(const rank_team *team, size_t work, size_t least) {
    const size_t worthwhile = work / least, threads = rank_team_count(team);
    return worthwhile < 2 ? 1 : worthwhile < threads ? worthwhile : threads;
}

// Part `part` of `count` elements, cut at multiples of `grain`.
static inline team_range team_share(size_t count, size_t grain, size_t part, size_t parts) {
    const size_t grains = (count + grain - 1) / grain;
    const size_t from = grains * part / parts * grain, to = grains * (part + 1) / parts * grain;
    return (team_range){from < count ? from : count, to < count ? to : count};
}

// The number of elements of the largest part.
static inline size_t team_largest(size_t count, size_t grain, size_t parts) {
    const size_t grains = (count + grain - 1) / grain, largest = (grains + parts - 1) / parts * grain;
    return largest < count ? largest : count;
}
