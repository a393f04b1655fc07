#include "isa.h"

#include <string.h>

#define ROW(name) &rank_isa_##name,
static const rank_isa *const rows[] = {RANK_ISAS(ROW)};

#define PLACE(name) place_of_##name,
enum { RANK_ISAS(PLACE) row_count };
_Static_assert((int)place_of_scalar == RANK_LEVEL_SCALAR && (int)place_of_portable == RANK_LEVEL_PORTABLE,
               "rank_cpu.h says which levels these are");

rank_level rank_level_count(void) {
    return row_count;
}

bool rank_level_supported(rank_level level) {
    return level < row_count && rows[level]->is_supported && rows[level]->is_supported();
}

const rank_isa *rank_isa_of(rank_level level) {
    return rank_level_supported(level) ? rows[level] : &rank_isa_scalar;
}

rank_level rank_level_best(void) {
    for (rank_level level = row_count - 1; level > RANK_LEVEL_SCALAR; level--) {
        if (rank_level_supported(level)) {
            return level;
        }
    }
    return RANK_LEVEL_SCALAR;
}

const char *rank_level_name(rank_level level) {
    return level < row_count ? rows[level]->name : "unknown";
}

bool rank_level_named(const char *name, rank_level *level) {
    for (rank_level candidate = 0; candidate < row_count; candidate++) {
        if (strcmp(name, rows[candidate]->name) == 0) {
            *level = candidate;
            return true;
        }
    }
    return false;
}

bool rank_level_fuses(rank_level level) {
    return level < row_count && rows[level]->is_fused;
}

bool rank_level_skips_dead_units(rank_level level) {
    return level < row_count && rows[level]->skips_dead_units;
}
