#include "rank_cpu.h"
#include "rank_lists.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

// Three loops, each of which compilers turn into vectors.
INLINE size_t identity_rows(const void *ids, size_t count, uint64_t row_count, uint32_t *rows, bool *unknown) {
    const unsigned char *bytes = ids;
    for (size_t index = 0; index < count; index++) {
        uint64_t id;
        memcpy(&id, bytes + index * sizeof id, sizeof id);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        id = __builtin_bswap64(id);
#endif
        rows[index] = id < row_count ? (uint32_t)id : 0;
    }
    for (size_t index = 0; index < count; index++) {
        unknown[index] = rows[index] == 0;
    }
    size_t unknown_count = 0;
    for (size_t index = 0; index < count; index++) {
        unknown_count += unknown[index];
    }
    return unknown_count;
}

#if defined(__x86_64__)
// SSE2 cannot compare 64-bit numbers.
__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2"), noinline)) static size_t
identity_rows_avx512(const void *ids, size_t count, uint64_t row_count, uint32_t *rows, bool *unknown) {
    return identity_rows(ids, count, row_count, rows, unknown);
}

__attribute__((target("avx2"), noinline)) static size_t
identity_rows_avx2(const void *ids, size_t count, uint64_t row_count, uint32_t *rows, bool *unknown) {
    return identity_rows(ids, count, row_count, rows, unknown);
}
#endif

size_t rank_identity_rows(const void *ids, size_t count, uint64_t row_count, uint32_t *rows, bool *unknown) {
#if defined(__x86_64__)
    if (rank_level_supported(RANK_LEVEL_AVX512)) {
        return identity_rows_avx512(ids, count, row_count, rows, unknown);
    }
    if (rank_level_supported(RANK_LEVEL_AVX2)) {
        return identity_rows_avx2(ids, count, row_count, rows, unknown);
    }
#endif
    return identity_rows(ids, count, row_count, rows, unknown);
}

bool rank_all_finite(const float *values, size_t count) {
    // The exponent of a number that is not finite has all bits: adding one to it carries into the sign.
    uint32_t carries = 0;
    for (size_t index = 0; index < count; index++) {
        uint32_t bits;
        memcpy(&bits, values + index, sizeof bits);
        carries |= (bits & 0x7fffffffu) + 0x00800000u;
    }
    return carries >> 31 == 0;
}
