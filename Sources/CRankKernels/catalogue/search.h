// The search of a catalogue around the kernels of an instruction set, for the TARGET of a vocabulary.
#pragma once

#include "../isa/vectors.h"
#include "catalogue.h"

/// The first block from `block` on, before `end`, whose bound reaches the limit; `end` if there is none.
typedef uint32_t next_block_function(const rank_catalogue *catalogue, const rank_catalogue_user *user, uint32_t block,
                                     uint32_t end, float limit);

/// Finds items of the part's block from its group on, until there are enough, and returns their number.
typedef size_t find_in_block_function(const rank_catalogue *catalogue, const rank_catalogue_user *user,
                                      rank_catalogue_part *part, uint32_t *found, size_t count, size_t enough);

INLINE size_t find_in_blocks(const rank_catalogue *catalogue, const rank_catalogue_user *user,
                             rank_catalogue_part *part, uint32_t *found, size_t enough,
                             next_block_function *next_block, find_in_block_function *find_in_block) {
    const float limit = rank_float_below(part->limit);
    size_t count = 0;
    for (;;) {
        // A block that was left is held against the limit again, which may have risen.
        const uint32_t block = next_block(catalogue, user, part->block, part->end, limit);
        if (block > part->block) {
            part->group = 0;
        }
        part->block = block;
        if (block == part->end) {
            return count;
        }
        count = find_in_block(catalogue, user, part, found, count, enough);
        if (count >= enough) {
            return count;
        }
        part->block++;
        part->group = 0;
    }
}
