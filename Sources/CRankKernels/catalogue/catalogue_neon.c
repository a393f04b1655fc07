// The search of catalogues with NEON: bytes are widened to 16 bits, whose products are added in 32 bits without loss.
#include "catalogue.h"

#if defined(__aarch64__)
#include "../isa/neon.h"

#include "rotation.h"
#include "search.h"

// Blocks whose bounds are compared at once, and items whose bounds are in a register.
#define LANES 4

// The bits of lanes that are all ones.
INLINE uint32_t bits_of_lanes(uint32x4_t lanes) {
    const uint32x4_t bits = {1, 2, 4, 8};
    return vaddvq_u32(vandq_u32(lanes, bits));
}

// What the levels and the biases of the items of a group give.
INLINE void sum_group(const rank_catalogue *catalogue, const rank_catalogue_user *user, const uint8_t *items,
                      float scale, float32x4_t *bounds) {
    // Four sums for each item.
    int32x4_t sum[RANK_CATALOGUE_GROUP];
    UNROLL for (int item = 0; item < RANK_CATALOGUE_GROUP; item++) {
        sum[item] = vdupq_n_s32(0);
    }
    NO_UNROLL for (uint32_t quad = 0; quad < catalogue->quads; quad++) {
        int32_t four;
        memcpy(&four, user->levels + 4 * quad, sizeof four);
        const int16x4_t levels = vget_low_s16(vmovl_s8(vreinterpret_s8_s32(vdup_n_s32(four))));
        UNROLL for (int part = 0; part < RANK_CATALOGUE_GROUP / 4; part++) {
            const uint8x16_t bytes = vld1q_u8(items + quad * 64 + part * 16);
            const int16x8_t low = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(bytes)));
            const int16x8_t high = vreinterpretq_s16_u16(vmovl_u8(vget_high_u8(bytes)));
            sum[4 * part] = vmlal_s16(sum[4 * part], vget_low_s16(low), levels);
            sum[4 * part + 1] = vmlal_s16(sum[4 * part + 1], vget_high_s16(low), levels);
            sum[4 * part + 2] = vmlal_s16(sum[4 * part + 2], vget_low_s16(high), levels);
            sum[4 * part + 3] = vmlal_s16(sum[4 * part + 3], vget_high_s16(high), levels);
        }
    }
    const float *biases = (const float *)(const void *)(items + catalogue->quads * 64);
    UNROLL for (int part = 0; part < RANK_CATALOGUE_GROUP / 4; part++) {
        const int32x4_t sums = vpaddq_s32(vpaddq_s32(sum[4 * part], sum[4 * part + 1]),
                                          vpaddq_s32(sum[4 * part + 2], sum[4 * part + 3]));
        const float32x4_t whole = vcvtq_f32_s32(vaddq_s32(sums, vdupq_n_s32(user->offset)));
        bounds[part] = vfmaq_f32(vld1q_f32(biases + 4 * part), whole, vdupq_n_f32(scale));
    }
}

// The numbers of the next blocks, at most LANES.
INLINE float32x4_t numbers(const float *from, uint32_t count) {
    return count == LANES ? vld1q_f32(from) : (float32x4_t)load_part(from, count);
}

// The first block from `block` on, before `end`, whose bound reaches the limit; `end` if there is none.
TARGET static uint32_t next_block(const rank_catalogue *catalogue, const rank_catalogue_user *user, uint32_t block,
                                  uint32_t end, float least) {
    const float32x4_t norm = vdupq_n_f32(user->norm), rounding = vdupq_n_f32(user->rounding);
    for (; block < end; block += LANES) {
        const uint32_t left = end - block < LANES ? end - block : LANES;
        const float32x4_t own = vfmaq_f32(numbers(catalogue->biases + block, left), rounding,
                                          numbers(catalogue->sizes + block, left));
        const float32x4_t bound = vfmaq_f32(own, norm, numbers(catalogue->norms + block, left));
        const uint32_t reaching = bits_of_lanes(vcgeq_f32(bound, vdupq_n_f32(least))) & ((1u << left) - 1);
        if (reaching) {
            return block + (uint32_t)__builtin_ctz(reaching);
        }
    }
    return end;
}

// The items of a block from the part's group on, until there are enough.
TARGET static size_t find_in_block(const rank_catalogue *catalogue, const rank_catalogue_user *user,
                                   rank_catalogue_part *part, uint32_t *found, size_t count, size_t enough) {
    const float scale = user->step * catalogue->steps[part->block];
    const float32x4_t threshold = vdupq_n_f32(rank_catalogue_threshold(catalogue, user, part, part->block));
    const size_t bytes = rank_catalogue_group_bytes(catalogue);
    while (part->group < catalogue->groups && count < enough) {
        const uint32_t group = part->block * catalogue->groups + part->group++;
        float32x4_t bounds[RANK_CATALOGUE_GROUP / LANES];
        sum_group(catalogue, user, catalogue->items + group * bytes, scale, bounds);
        UNROLL for (uint32_t lane = 0; lane < RANK_CATALOGUE_GROUP / LANES; lane++) {
            uint32_t reaching = bits_of_lanes(vcgeq_f32(bounds[lane], threshold));
            for (; reaching; reaching &= reaching - 1) {
                found[count++] = group * RANK_CATALOGUE_GROUP + LANES * lane + (uint32_t)__builtin_ctz(reaching);
            }
        }
    }
    return count;
}

static void estimate(const rank_catalogue *catalogue, const rank_catalogue_user *user, uint32_t blocks,
                     float *bounds) {
    const uint8_t *items = catalogue->items;
    for (uint32_t block = 0; block < blocks; block++) {
        const float scale = user->step * catalogue->steps[block];
        for (uint32_t group = 0; group < catalogue->groups; group++) {
            float32x4_t four[RANK_CATALOGUE_GROUP / LANES];
            sum_group(catalogue, user, items, scale, four);
            UNROLL for (int lane = 0; lane < RANK_CATALOGUE_GROUP / LANES; lane++) {
                vst1q_f32(bounds + LANES * lane, four[lane]);
            }
            items += rank_catalogue_group_bytes(catalogue);
            bounds += RANK_CATALOGUE_GROUP;
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

const rank_catalogue_kernels rank_catalogue_neon = {.find = find, .estimate = estimate, .rotate = rotate};
#endif
