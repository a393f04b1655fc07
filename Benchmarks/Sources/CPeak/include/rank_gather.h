// The least that a model without hidden layers has to do: read a row for each candidate.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Floats of a row.
#define RANK_GATHER_DIMENSIONS 32

/// Sums each of `count` rows of `table`, [rows][RANK_GATHER_DIMENSIONS], into `sums`, in the widest vectors of this CPU.
void rank_gather(const float *table, const uint32_t *rows, size_t count, float *sums);

#ifdef __cplusplus
}
#endif
