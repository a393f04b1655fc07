// The search of catalogues, one item at a time: the oracle of the other kernels.
#include "catalogue.h"

#include <math.h>
#include <string.h>

#include "rotation.h"

#pragma STDC FP_CONTRACT OFF

// What the levels and the bias of an item give.
static float bound(const rank_catalogue *catalogue, const rank_catalogue_user *user, uint32_t block, uint32_t group,
                   uint32_t item) {
    const uint8_t *bytes = catalogue->items +
                           ((size_t)block * catalogue->groups + group) * rank_catalogue_group_bytes(catalogue);
    int32_t sum = user->offset;
    for (uint32_t quad = 0; quad < catalogue->quads; quad++) {
        for (uint32_t factor = 0; factor < 4; factor++) {
            sum += bytes[quad * 64 + item * 4 + factor] * user->levels[quad * 4 + factor];
        }
    }
    float bias;
    memcpy(&bias, bytes + catalogue->quads * 64 + item * sizeof bias, sizeof bias);
    return fmaf((float)sum, user->step * catalogue->steps[block], bias);
}

static bool reaches(const rank_catalogue *catalogue, const rank_catalogue_user *user, uint32_t block, float limit) {
    const float own = fmaf(user->rounding, catalogue->sizes[block], catalogue->biases[block]);
    return fmaf(user->norm, catalogue->norms[block], own) >= limit;
}

static size_t find(const rank_catalogue *catalogue, const rank_catalogue_user *user, rank_catalogue_part *part,
                   uint32_t *found, size_t enough) {
    const float limit = rank_float_below(part->limit);
    size_t count = 0;
    for (; part->block < part->end; part->block++, part->group = 0) {
        if (!reaches(catalogue, user, part->block, limit)) {
            continue;
        }
        const float threshold = rank_catalogue_threshold(catalogue, user, part, part->block);
        while (part->group < catalogue->groups) {
            const uint32_t group = part->group++;
            for (uint32_t item = 0; item < RANK_CATALOGUE_GROUP; item++) {
                if (bound(catalogue, user, part->block, group, item) >= threshold) {
                    found[count++] = (part->block * catalogue->groups + group) * RANK_CATALOGUE_GROUP + item;
                }
            }
            if (count >= enough) {
                return count;
            }
        }
    }
    return count;
}

static void estimate(const rank_catalogue *catalogue, const rank_catalogue_user *user, uint32_t blocks,
                     float *bounds) {
    for (uint32_t block = 0; block < blocks; block++) {
        for (uint32_t group = 0; group < catalogue->groups; group++) {
            for (uint32_t item = 0; item < RANK_CATALOGUE_GROUP; item++) {
                *bounds++ = bound(catalogue, user, block, group, item);
            }
        }
    }
}

static void rotate(const rank_catalogue_rotation *rotation, const float *embedding, double *factors) {
    rotate_row(rotation, embedding, factors);
}

const rank_catalogue_kernels rank_catalogue_scalar = {.find = find, .estimate = estimate, .rotate = rotate};
