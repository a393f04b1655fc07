#include "rank_cpu.h"

#include <string.h>

static const char *const names[RANK_LEVEL_COUNT] = {"scalar", "portable", "neon", "avx2", "avx512"};

bool rank_level_supported(rank_level level) {
    switch (level) {
    case RANK_LEVEL_SCALAR:
    case RANK_LEVEL_PORTABLE:
        return true;
    case RANK_LEVEL_NEON:
#if defined(__aarch64__)
        return true;
#else
        return false;
#endif
    case RANK_LEVEL_AVX2:
#if defined(__x86_64__)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
        return false;
#endif
    case RANK_LEVEL_AVX512:
#if defined(__x86_64__)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq");
#else
        return false;
#endif
    }
    return false;
}

rank_level rank_level_best(void) {
    for (int level = RANK_LEVEL_COUNT - 1; level > RANK_LEVEL_SCALAR; level--) {
        if (rank_level_supported((rank_level)level)) {
            return (rank_level)level;
        }
    }
    return RANK_LEVEL_SCALAR;
}

const char *rank_level_name(rank_level level) {
    return (unsigned)level < RANK_LEVEL_COUNT ? names[level] : "unknown";
}

bool rank_level_named(const char *name, rank_level *level) {
    for (int candidate = 0; candidate < RANK_LEVEL_COUNT; candidate++) {
        if (strcmp(name, names[candidate]) == 0) {
            *level = (rank_level)candidate;
            return true;
        }
    }
    return false;
}
