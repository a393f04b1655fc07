#include "rank_peak.h"

#include <time.h>

#if defined(__x86_64__)
#include <immintrin.h>

// Enough chains to fill two pipes of four or five cycles.
#define CHAINS 12
#define TURNS 2000

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// The statements keep the compiler from joining or dropping chains.
#define CHAINS_OF(bits, instruction)                                                                                   \
    __attribute__((target("avx512f,avx512vnni"), noinline)) static double run_##bits(double limit) {                   \
        __m512i chain[CHAINS];                                                                                         \
        const __m512i x = _mm512_set1_epi32(0x01020304);                                                               \
        for (int c = 0; c < CHAINS; c++) {                                                                             \
            chain[c] = _mm512_set1_epi32(c);                                                                           \
        }                                                                                                              \
        double best = 0;                                                                                               \
        for (double end = seconds() + limit, start = seconds(); start < end;) {                                        \
            for (int turn = 0; turn < TURNS; turn++) {                                                                 \
                _Pragma("clang loop unroll(full)") for (int c = 0; c < CHAINS; c++) {                                  \
                    __asm__ volatile(instruction " %1, %1, %0" : "+v"(chain[c]) : "v"(x));                             \
                }                                                                                                      \
            }                                                                                                          \
            const double now = seconds();                                                                              \
            const double rate = 2e-9 * (512 / bits) * CHAINS * TURNS / (now - start);                                  \
            best = rate > best ? rate : best;                                                                          \
            start = now;                                                                                               \
        }                                                                                                              \
        return best;                                                                                                   \
    }

CHAINS_OF(16, "vpdpwssd")
CHAINS_OF(8, "vpdpbusd")
#endif

double rank_integer_peak(int bits, double microseconds) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vnni")) {
        return bits == 16 ? run_16(1e-6 * microseconds) : bits == 8 ? run_8(1e-6 * microseconds) : 0;
    }
#else
    (void)bits;
    (void)microseconds;
#endif
    return 0;
}
