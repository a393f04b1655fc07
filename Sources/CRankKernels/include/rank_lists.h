// Work on whole lists before and after scoring.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Finds the rows of `count` ids where row r belongs to the number r: 64-bit little-endian numbers without alignment.
/// Numbers from `row_count` on get row 0, as 0 does; `unknown` is true for each id of row 0.
/// Returns the number of unknown ids. `row_count` is at most 2³².
size_t rank_identity_rows(const void *ids, size_t count, uint64_t row_count, uint32_t *rows, bool *unknown);

/// Whether none of `count` floats is infinite or NaN.
bool rank_all_finite(const float *values, size_t count);

#ifdef __cplusplus
}
#endif
