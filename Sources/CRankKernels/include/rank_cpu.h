// Which instruction sets the kernels are written for, and which of them this CPU has.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A family of kernels: 0 to `rank_level_count` − 1, in ascending order of preference; isa/isa.h lists them.
/// All but RANK_LEVEL_PORTABLE give the same bits (docs/reference/numerics.md).
typedef uint32_t rank_level;

/// The levels that run everywhere.
enum {
    /// One `fmaf` at a time: the oracle.
    RANK_LEVEL_SCALAR = 0,
    /// 128-bit vectors without fused multiply-add, which every CPU has: a numeric profile of its own.
    RANK_LEVEL_PORTABLE = 1,
};

/// The number of levels.
rank_level rank_level_count(void);

/// Whether this build has kernels of `level` and this CPU and operating system can run them.
bool rank_level_supported(rank_level level);

/// The best level that is supported. Thread-safe, cheap; does not read the environment.
rank_level rank_level_best(void);

/// The name of a level: `scalar`, `portable`, `neon`, `avx2`, `avx512`; "unknown" for a number that is none.
const char *rank_level_name(rank_level level);

/// Finds the level of a name, supported or not. Returns false and leaves `*level` unchanged when no level has that
/// name.
bool rank_level_named(const char *name, rank_level *level);

/// Whether the level rounds a multiply-add once: the profile `fp32-fma`, else `fp32-unfused`.
bool rank_level_fuses(rank_level level);

/// Whether the level heeds `rank_network.skip_dead_units`.
bool rank_level_skips_dead_units(rank_level level);

#ifdef __cplusplus
}
#endif
