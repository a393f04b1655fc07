// A reproducible source of randomness: SplitMix64.
#pragma once

#include <stdint.h>

static inline uint64_t random_bits(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/// A number from `least` to `most`, both included.
static inline uint32_t random_number(uint64_t *state, uint32_t least, uint32_t most) {
    return least + (uint32_t)(random_bits(state) % ((uint64_t)most - least + 1));
}

/// A float from -limit to limit.
static inline float random_float(uint64_t *state, float limit) {
    return ((float)(random_bits(state) >> 40) / 8388608.0f - 1.0f) * limit;
}
