// The search of catalogues with AVX-512 VNNI: a register of sums has the items of a group.
#include "catalogue.h"

#if defined(__x86_64__)
#define AVX512_ALSO ",avx512vnni"
#include "../isa/avx512.h"

#include "rotation.h"
#include "search.h"

// Blocks whose bounds are compared at once.
#define BLOCKS 16

// What the levels and the biases of the items of `count` consecutive groups give.
INLINE void sum_groups(const rank_catalogue *catalogue, const rank_catalogue_user *user, const uint8_t *items,
                       __m512 scale, __m512 *bounds, const int count) {
    const size_t bytes = rank_catalogue_group_bytes(catalogue);
    __m512i sum[4];
    UNROLL for (int g = 0; g < count; g++) {
        sum[g] = _mm512_set1_epi32(user->offset);
    }
    NO_UNROLL for (uint32_t quad = 0; quad < catalogue->quads; quad++) {
        int32_t four;
        memcpy(&four, user->levels + 4 * quad, sizeof four);
        const __m512i levels = _mm512_set1_epi32(four);
        UNROLL for (int g = 0; g < count; g++) {
            sum[g] = _mm512_dpbusd_epi32(sum[g], _mm512_load_si512(items + g * bytes + quad * 64), levels);
        }
    }
    UNROLL for (int g = 0; g < count; g++) {
        const __m512 bias = _mm512_load_ps((const float *)(const void *)(items + g * bytes + catalogue->quads * 64));
        bounds[g] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[g]), scale, bias);
    }
}

// The first block from `block` on, before `end`, whose bound reaches the limit; `end` if there is none.
TARGET static uint32_t next_block(const rank_catalogue *catalogue, const rank_catalogue_user *user, uint32_t block,
                                  uint32_t end, float least) {
    const __m512 norm = _mm512_set1_ps(user->norm), rounding = _mm512_set1_ps(user->rounding);
    const __m512 limit = _mm512_set1_ps(least);
    for (; block < end; block += BLOCKS) {
        const uint32_t left = end - block;
        const __mmask16 all = left < BLOCKS ? (__mmask16)((1u << left) - 1) : (__mmask16)-1;
        const __m512 own = _mm512_fmadd_ps(rounding, _mm512_maskz_loadu_ps(all, catalogue->sizes + block),
                                           _mm512_maskz_loadu_ps(all, catalogue->biases + block));
        const __m512 bound = _mm512_fmadd_ps(norm, _mm512_maskz_loadu_ps(all, catalogue->norms + block), own);
        const __mmask16 reaching = _mm512_mask_cmp_ps_mask(all, bound, limit, _CMP_GE_OQ);
        if (reaching) {
            return block + (uint32_t)__builtin_ctz(reaching);
        }
    }
    return end;
}

// Appends the places of the items of a group that reach the threshold.
INLINE size_t append(__m512 bounds, __m512 threshold, uint32_t place, uint32_t *found, size_t count) {
    uint32_t reaching = _mm512_cmp_ps_mask(bounds, threshold, _CMP_GE_OQ);
    for (; reaching; reaching &= reaching - 1) {
        found[count++] = place + (uint32_t)__builtin_ctz(reaching);
    }
    return count;
}

// The items of a block from the part's group on, until there are enough.
TARGET static size_t find_in_block(const rank_catalogue *catalogue, const rank_catalogue_user *user,
                                   rank_catalogue_part *part, uint32_t *found, size_t count, size_t enough) {
    const __m512 scale = _mm512_set1_ps(user->step * catalogue->steps[part->block]);
    const __m512 threshold = _mm512_set1_ps(rank_catalogue_threshold(catalogue, user, part, part->block));
    const size_t bytes = rank_catalogue_group_bytes(catalogue);
    const uint32_t first = part->block * catalogue->groups;
    __m512 bounds[4];
    while (part->group < catalogue->groups && count < enough) {
        const uint32_t group = first + part->group;
        const uint8_t *items = catalogue->items + group * bytes;
        if (part->group + 4 <= catalogue->groups) {
            sum_groups(catalogue, user, items, scale, bounds, 4);
            const __m512 best = _mm512_max_ps(_mm512_max_ps(bounds[0], bounds[1]), _mm512_max_ps(bounds[2], bounds[3]));
            if (!_mm512_cmp_ps_mask(best, threshold, _CMP_GE_OQ)) {
                part->group += 4;
                continue;
            }
            UNROLL for (int g = 0; g < 4; g++) {
                if (count < enough) {
                    count = append(bounds[g], threshold, (group + (uint32_t)g) * RANK_CATALOGUE_GROUP, found, count);
                    part->group++;
                }
            }
        } else {
            sum_groups(catalogue, user, items, scale, bounds, 1);
            count = append(bounds[0], threshold, group * RANK_CATALOGUE_GROUP, found, count);
            part->group++;
        }
    }
    return count;
}

TARGET static void estimate(const rank_catalogue *catalogue, const rank_catalogue_user *user, uint32_t blocks,
                            float *bounds) {
    const uint8_t *items = catalogue->items;
    for (uint32_t block = 0; block < blocks; block++) {
        const __m512 scale = _mm512_set1_ps(user->step * catalogue->steps[block]);
        for (uint32_t group = 0; group < catalogue->groups; group += 2) {
            __m512 two[2];
            sum_groups(catalogue, user, items, scale, two, 2);
            _mm512_storeu_ps(bounds, two[0]);
            _mm512_storeu_ps(bounds + WIDTH, two[1]);
            items += 2 * rank_catalogue_group_bytes(catalogue);
            bounds += 2 * WIDTH;
        }
    }
}

TARGET static size_t find(const rank_catalogue *catalogue, const rank_catalogue_user *user, rank_catalogue_part *part,
                          uint32_t *found, size_t enough) {
    return find_in_blocks(catalogue, user, part, found, enough, next_block, find_in_block);
}

TARGET static void rotate(const rank_catalogue_rotation *rotation, const float *embedding, double *factors) {
    rotate_row(rotation, embedding, factors);
}

static bool is_supported(void) {
    return __builtin_cpu_supports("avx512vnni");
}

const rank_catalogue_kernels rank_catalogue_vnni = {
    .is_supported = is_supported, .find = find, .estimate = estimate, .rotate = rotate};
#endif
