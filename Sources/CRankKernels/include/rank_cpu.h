// Which instruction sets the kernels are written for, and which of them this CPU has.
#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A family of kernels, in ascending order of preference. All but the portable ones give the same bits
/// (docs/reference/numerics.md).
typedef enum rank_level {
    /// One `fmaf` at a time: the oracle. Runs everywhere.
    RANK_LEVEL_SCALAR = 0,
    /// 128-bit vectors without fused multiply-add, which every CPU has: a numeric profile of its own. Runs everywhere.
    RANK_LEVEL_PORTABLE = 1,
    /// arm64, 128-bit vectors.
    RANK_LEVEL_NEON = 2,
    /// x86-64, 256-bit vectors; needs AVX2 and FMA.
    RANK_LEVEL_AVX2 = 3,
    /// x86-64, 512-bit vectors; needs AVX-512 F, VL, BW, DQ beside AVX2 and FMA.
    RANK_LEVEL_AVX512 = 4,
} rank_level;

/// The number of levels; they are numbered from 0.
#define RANK_LEVEL_COUNT 5

/// Whether this build has kernels of `level` and this CPU and operating system can run them.
bool rank_level_supported(rank_level level);

/// The best level that is supported. Thread-safe, cheap; does not read the environment.
rank_level rank_level_best(void);

/// The name of a level: `scalar`, `portable`, `neon`, `avx2`, `avx512`; "unknown" for a number that is none.
const char *rank_level_name(rank_level level);

/// Finds the level of a name. Returns false, leaving `*level` as it is, when no level has that name;
/// says nothing about support.
bool rank_level_named(const char *name, rank_level *level);

#ifdef __cplusplus
}
#endif
