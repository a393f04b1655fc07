// Ids to rows, compiled for each instruction set that includes this file: the compiler vectorises the loops. SSE2
// cannot compare 64-bit numbers.
#pragma once

#include "../isa/vectors.h"
#include "lists.h"

// Three loops, each of which compilers vectorise.
TARGET static size_t identity_rows(const void *ids, size_t count, uint64_t row_count, uint32_t *rows,
                                    bool *unknown) {
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
