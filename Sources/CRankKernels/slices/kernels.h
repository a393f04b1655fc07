// The kernels of the instruction set whose words, columns and sums were included before.
#pragma once

#include "score.h"

#define SLICED_KERNELS                                                                                                 \
    .word_bytes = WORD_BYTES, .fewest_entries = fewest_leaf_entries, .unit = leaf_unit, .score = score_sliced
