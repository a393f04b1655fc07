#include "../isa/isa.h"

#include <string.h>

size_t rank_identity_rows(const void *ids, size_t count, uint64_t row_count, uint32_t *rows, bool *unknown) {
    rank_identity_rows_function *best = rank_isa_of(rank_level_best())->identity_rows;
    return (best ? best : rank_isa_scalar.identity_rows)(ids, count, row_count, rows, unknown);
}

bool rank_all_finite(const float *values, size_t count) {
    // The exponent of infinities and NaN has all bits set: adding one to it carries into the sign.
    uint32_t carries = 0;
    for (size_t index = 0; index < count; index++) {
        uint32_t bits;
        memcpy(&bits, values + index, sizeof bits);
        carries |= (bits & 0x7fffffffu) + 0x00800000u;
    }
    return carries >> 31 == 0;
}
