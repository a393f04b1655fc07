#include "rank_score.h"

#include <string.h>

static inline uint32_t bits_of(const float *weight) {
    uint32_t bits;
    memcpy(&bits, weight, sizeof bits);
    return bits;
}

static inline uint32_t class_of(uint32_t bits) {
    uint32_t magnitude = bits & 0x7fffffffu;
    return (magnitude >= 0x7f800000u ? RANK_WEIGHT_NOT_FINITE : 0u) |
           (magnitude - 1 < 0x007fffffu ? RANK_WEIGHT_SUBNORMAL : 0u) |
           (bits == 0x80000000u ? RANK_WEIGHT_NEGATIVE_ZERO : 0u);
}

uint32_t rank_scan_weights(const float *weights, size_t count, size_t *first) {
    const uint32_t bad = RANK_WEIGHT_NOT_FINITE | RANK_WEIGHT_SUBNORMAL;
    uint32_t found = 0;
    for (size_t index = 0; index < count; index++) {
        found |= class_of(bits_of(weights + index));
    }
    *first = count;
    if (found & bad) {
        for (size_t index = 0; index < count; index++) {
            if (class_of(bits_of(weights + index)) & bad) {
                *first = index;
                break;
            }
        }
    }
    return found;
}

void rank_normalize_weights(float *weights, size_t count, bool subnormals) {
    const uint32_t zeroed = RANK_WEIGHT_NEGATIVE_ZERO | (subnormals ? RANK_WEIGHT_SUBNORMAL : 0u);
    for (size_t index = 0; index < count; index++) {
        if (class_of(bits_of(weights + index)) & zeroed) {
            weights[index] = 0.0f;
        }
    }
}
