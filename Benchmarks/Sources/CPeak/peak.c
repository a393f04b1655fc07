#include "rank_peak.h"

#include <stdint.h>
#include <time.h>

// Enough chains to fill two pipes of four or five cycles, few enough for sixteen registers.
#define CHAINS 12
#define TURNS 2000

#if defined(__x86_64__)
#define REGISTER "v"
#define TARGET_16 __attribute__((target("avx512f")))
#define TARGET_8 __attribute__((target("avx2,fma")))
#define TARGET_1 __attribute__((target("fma")))
#elif defined(__aarch64__)
#define REGISTER "w"
#define TARGET_4
#define TARGET_1
#endif

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// The empty statements keep the compiler from joining or dropping chains.
#define CHAINS_OF(lanes, type)                                                                                         \
    TARGET_##lanes __attribute__((noinline)) static double run_##lanes(double limit) {                                 \
        type chain[CHAINS], x = (type){0} + 0.999f, y = (type){0} + 0.001f;                                            \
        for (int c = 0; c < CHAINS; c++) {                                                                             \
            chain[c] = (type){0} + (float)c;                                                                           \
        }                                                                                                              \
        double best = 0;                                                                                               \
        for (double end = seconds() + limit, start = seconds(); start < end;) {                                        \
            for (int turn = 0; turn < TURNS; turn++) {                                                                 \
                _Pragma("clang loop unroll(full)") for (int c = 0; c < CHAINS; c++) {                                  \
                    chain[c] = FUSED_##lanes(chain[c], x, y);                                                          \
                    __asm__ volatile("" : "+" REGISTER(chain[c]));                                                     \
                }                                                                                                      \
            }                                                                                                          \
            const double now = seconds();                                                                              \
            const double rate = 2e-9 * lanes * CHAINS * TURNS / (now - start);                                         \
            best = rate > best ? rate : best;                                                                          \
            start = now;                                                                                               \
        }                                                                                                              \
        return best;                                                                                                   \
    }

#define FUSED_16 __builtin_elementwise_fma
#define FUSED_8 __builtin_elementwise_fma
#define FUSED_4 __builtin_elementwise_fma
#define FUSED_1 __builtin_fmaf

#if defined(__x86_64__)
typedef float vector16 __attribute__((ext_vector_type(16)));
typedef float vector8 __attribute__((ext_vector_type(8)));
CHAINS_OF(16, vector16)
CHAINS_OF(8, vector8)
CHAINS_OF(1, float)
#elif defined(__aarch64__)
typedef float vector4 __attribute__((ext_vector_type(4)));
CHAINS_OF(4, vector4)
CHAINS_OF(1, float)
#endif

double rank_peak(int lanes, double microseconds) {
    const double limit = 1e-6 * microseconds;
#if defined(__x86_64__)
    if (lanes == 16 && __builtin_cpu_supports("avx512f")) {
        return run_16(limit);
    }
    if (lanes == 8 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return run_8(limit);
    }
    if (lanes == 1 && __builtin_cpu_supports("fma")) {
        return run_1(limit);
    }
#elif defined(__aarch64__)
    if (lanes == 4) {
        return run_4(limit);
    }
    if (lanes == 1) {
        return run_1(limit);
    }
#endif
    return 0;
}
