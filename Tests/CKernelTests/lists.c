#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "model.h"
#include "random.h"

static void check_rows(counts *counts, uint32_t count, uint64_t row_count, uint64_t *state) {
    // One byte off, like frames in libzmq's memory.
    unsigned char *bytes = (unsigned char *)floats(2 * count + 1, false);
    uint32_t *rows = (uint32_t *)floats(count, false);
    bool *unknown = malloc(count ? count : 1);
    uint64_t *ids = malloc((count ? count : 1) * sizeof *ids);
    for (uint32_t index = 0; index < count; index++) {
        const uint64_t edges[] = {0, 1, row_count - 1, row_count, row_count + 1, UINT64_MAX, 1ull << 32, 1ull << 63};
        const uint64_t any = random_bits(state) % (2 * row_count);
        ids[index] = random_number(state, 0, 1) ? edges[random_number(state, 0, 7)] : any;
        for (int byte = 0; byte < 8; byte++) {
            bytes[1 + index * 8 + byte] = (unsigned char)(ids[index] >> 8 * byte);
        }
    }
    const size_t found = rank_identity_rows(bytes + 1, count, row_count, rows, unknown);
    size_t expected = 0;
    for (uint32_t index = 0; index < count; index++) {
        const uint64_t row = ids[index] < row_count ? ids[index] : 0;
        expected += row == 0;
        EXPECT(counts, rows[index] == row && unknown[index] == (row == 0), "id %llu of %llu rows has row %u\n",
               (unsigned long long)ids[index], (unsigned long long)row_count, rows[index]);
    }
    EXPECT(counts, found == expected, "%zu of %u ids are unknown, not %zu\n", expected, count, found);
    free(bytes);
    free(rows);
    free(unknown);
    free(ids);
}

static void check_finite(counts *counts, uint32_t count, uint64_t *state) {
    const float bad[] = {INFINITY, -INFINITY, NAN, -NAN};
    const float good[] = {3.4028235e38f, -3.4028235e38f, 0.0f, -0.0f, 1e-45f, 1.0f};
    float *values = floats(count, false);
    for (uint32_t index = 0; index < count; index++) {
        values[index] = good[random_number(state, 0, 5)];
    }
    EXPECT(counts, rank_all_finite(values, count), "%u finite values are taken for others\n", count);
    for (uint32_t index = 0; index < count; index++) {
        const float before = values[index];
        values[index] = bad[index % 4];
        EXPECT(counts, !rank_all_finite(values, count), "value %u of %u is not finite\n", index, count);
        values[index] = before;
    }
    free(values);
}

void check_lists(counts *counts) {
    uint64_t state = 11;
    for (uint32_t count = 0; count < 70; count++) {
        check_rows(counts, count, random_number(&state, 1, 40), &state);
        check_finite(counts, count, &state);
    }
    check_rows(counts, 513, 1ull << 32, &state);
}
