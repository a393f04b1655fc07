// Declarations that the files about lists share.
#pragma once

#include "rank_lists.h"

/// `rank_identity_rows` of an instruction set.
typedef size_t rank_identity_rows_function(const void *ids, size_t count, uint64_t row_count, uint32_t *rows,
                                           bool *unknown);
