// The search of catalogues with AVX2: bytes are widened to 16 bits, whose products are added in pairs without loss.
#include "catalogue.h"

#if defined(__x86_64__)
#include "../isa/avx2.h"

#include "rotation.h"
#include "search.h"

// Blocks whose bounds are compared at once.
#define BLOCKS 8

// What the levels and the biases of the items of `count` consecutive groups give, in halves of a group.
INLINE void sum_groups(const rank_catalogue *catalogue, const rank_catalogue_user *user, const uint8_t *items,
                       __m256 scale, __m256 *bounds, const int count) {
    const size_t bytes = rank_catalogue_group_bytes(catalogue);
    // Two sums for each item, one beside the other.
    __m256i sum[8];
    UNROLL for (int part = 0; part < 4 * count; part++) {
        sum[part] = _mm256_setzero_si256();
    }
    NO_UNROLL for (uint32_t quad = 0; quad < catalogue->quads; quad++) {
        int32_t four;
        memcpy(&four, user->levels + 4 * quad, sizeof four);
        const __m256i levels = _mm256_broadcastq_epi64(_mm_cvtepi8_epi16(_mm_cvtsi32_si128(four)));
        UNROLL for (int part = 0; part < 4 * count; part++) {
            const uint8_t *from = items + (size_t)(part / 4) * bytes + quad * 64 + (size_t)(part % 4) * 16;
            const __m256i wide = _mm256_cvtepu8_epi16(_mm_load_si128((const __m128i *)(const void *)from));
            sum[part] = _mm256_add_epi32(sum[part], _mm256_madd_epi16(wide, levels));
        }
    }
    UNROLL for (int half = 0; half < 2 * count; half++) {
        // Items 0, 1, 4, 5 and 2, 3, 6, 7 of eight.
        const __m256i mixed = _mm256_hadd_epi32(sum[2 * half], sum[2 * half + 1]);
        const __m256i sums = _mm256_permute4x64_epi64(mixed, _MM_SHUFFLE(3, 1, 2, 0));
        const __m256 whole = _mm256_cvtepi32_ps(_mm256_add_epi32(sums, _mm256_set1_epi32(user->offset)));
        const uint8_t *biases = items + (size_t)(half / 2) * bytes + catalogue->quads * 64 + (size_t)(half % 2) * 32;
        bounds[half] = _mm256_fmadd_ps(whole, scale, _mm256_load_ps((const float *)(const void *)biases));
    }
}

// The numbers of the next blocks, at most BLOCKS.
INLINE __m256 numbers(const float *from, uint32_t count) {
    return count == BLOCKS ? _mm256_loadu_ps(from) : (__m256)load_part(from, count);
}

// The first block from `block` on, before `end`, whose bound reaches the limit; `end` if there is none.
TARGET static uint32_t next_block(const rank_catalogue *catalogue, const rank_catalogue_user *user, uint32_t block,
                                  uint32_t end, float least) {
    const __m256 norm = _mm256_set1_ps(user->norm), rounding = _mm256_set1_ps(user->rounding);
    const __m256 limit = _mm256_set1_ps(least);
    for (; block < end; block += BLOCKS) {
        const uint32_t left = end - block < BLOCKS ? end - block : BLOCKS;
        const __m256 own = _mm256_fmadd_ps(rounding, numbers(catalogue->sizes + block, left),
                                           numbers(catalogue->biases + block, left));
        const __m256 bound = _mm256_fmadd_ps(norm, numbers(catalogue->norms + block, left), own);
        const uint32_t reaching = (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(bound, limit, _CMP_GE_OQ));
        const uint32_t kept = reaching & ((1u << left) - 1);
        if (kept) {
            return block + (uint32_t)__builtin_ctz(kept);
        }
    }
    return end;
}

// The items of a block from the part's group on, until there are enough.
TARGET static size_t find_in_block(const rank_catalogue *catalogue, const rank_catalogue_user *user,
                                   rank_catalogue_part *part, uint32_t *found, size_t count, size_t enough) {
    const __m256 scale = _mm256_set1_ps(user->step * catalogue->steps[part->block]);
    const __m256 threshold = _mm256_set1_ps(rank_catalogue_threshold(catalogue, user, part, part->block));
    const size_t bytes = rank_catalogue_group_bytes(catalogue);
    while (part->group < catalogue->groups && count < enough) {
        const uint32_t group = part->block * catalogue->groups + part->group;
        // The number of groups is even: the second one is there unless a search ended before it.
        const int groups = part->group % 2 ? 1 : 2;
        __m256 bounds[4];
        if (groups == 2) {
            sum_groups(catalogue, user, catalogue->items + group * bytes, scale, bounds, 2);
        } else {
            sum_groups(catalogue, user, catalogue->items + group * bytes, scale, bounds, 1);
        }
        for (int g = 0; g < groups && count < enough; g++) {
            const __m256 low = _mm256_cmp_ps(bounds[2 * g], threshold, _CMP_GE_OQ);
            const __m256 high = _mm256_cmp_ps(bounds[2 * g + 1], threshold, _CMP_GE_OQ);
            uint32_t reaching = (uint32_t)_mm256_movemask_ps(low) | (uint32_t)_mm256_movemask_ps(high) << 8;
            for (; reaching; reaching &= reaching - 1) {
                found[count++] = (group + (uint32_t)g) * RANK_CATALOGUE_GROUP + (uint32_t)__builtin_ctz(reaching);
            }
            part->group++;
        }
    }
    return count;
}

TARGET static void estimate(const rank_catalogue *catalogue, const rank_catalogue_user *user, uint32_t blocks,
                            float *bounds) {
    const uint8_t *items = catalogue->items;
    for (uint32_t block = 0; block < blocks; block++) {
        const __m256 scale = _mm256_set1_ps(user->step * catalogue->steps[block]);
        for (uint32_t group = 0; group < catalogue->groups; group += 2) {
            __m256 four[4];
            sum_groups(catalogue, user, items, scale, four, 2);
            UNROLL for (int half = 0; half < 4; half++) {
                _mm256_storeu_ps(bounds + 8 * half, four[half]);
            }
            items += 2 * rank_catalogue_group_bytes(catalogue);
            bounds += 2 * RANK_CATALOGUE_GROUP;
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

const rank_catalogue_kernels rank_catalogue_avx2 = {.find = find, .estimate = estimate, .rotate = rotate};
#endif
