#include "rank_gather.h"

#define INLINE static inline __attribute__((always_inline))

typedef float lanes16 __attribute__((ext_vector_type(16)));
typedef float lanes8 __attribute__((ext_vector_type(8)));
typedef float lanes4 __attribute__((ext_vector_type(4)));
typedef float lanes2 __attribute__((ext_vector_type(2)));
typedef float loose_lanes16 __attribute__((ext_vector_type(16), aligned(4), may_alias));

INLINE void gather(const float *table, const uint32_t *rows, size_t count, float *sums) {
    for (size_t index = 0; index < count; index++) {
        const float *row = table + (size_t)rows[index] * RANK_GATHER_DIMENSIONS;
        const lanes16 sixteen = *(const loose_lanes16 *)row + *(const loose_lanes16 *)(row + 16);
        const lanes8 eight = sixteen.lo + sixteen.hi;
        const lanes4 four = eight.lo + eight.hi;
        const lanes2 two = four.lo + four.hi;
        sums[index] = two.x + two.y;
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2,avx512f,avx512vl,avx512dq"), noinline)) static void
gather_avx512(const float *table, const uint32_t *rows, size_t count, float *sums) {
    gather(table, rows, count, sums);
}

__attribute__((target("avx2"), noinline)) static void
gather_avx2(const float *table, const uint32_t *rows, size_t count, float *sums) {
    gather(table, rows, count, sums);
}
#endif

void rank_gather(const float *table, const uint32_t *rows, size_t count, float *sums) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
        gather_avx512(table, rows, count, sums);
        return;
    }
    if (__builtin_cpu_supports("avx2")) {
        gather_avx2(table, rows, count, sums);
        return;
    }
#endif
    gather(table, rows, count, sums);
}
