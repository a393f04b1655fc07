// What the files about integers share.
#pragma once

#include "../score/sizes.h"
#include "rank_quantized.h"

/// Rows of tables and of activations are padded to a multiple of this.
#define RANK_BLOCK_BYTES 64

/// Outputs whose sums the VNNI kernels keep in registers: columns of a panel of `rank_quantized.packed`.
#define RANK_INTEGER_PANEL 64

/// The most that an activation can be.
static inline int32_t rank_top(rank_precision precision) {
    return precision == RANK_PRECISION_INT16 ? 8191 : 255;
}

/// The bytes of an activation, and of a weight.
static inline uint32_t rank_unit_bytes(rank_precision precision) {
    return precision == RANK_PRECISION_INT16 ? 2 : 1;
}

/// Computes the first two layers of `count` candidates of a run from `at` on.
///
/// With one hidden layer `out` is [count] and becomes what the dense layers give, the last one included; with more it
/// is [count][stride of the first hidden layer] and becomes that layer's activations. `scratch`: twice
/// RANK_TILE_ROWS rows of `row_bytes`, 64-byte aligned.
typedef void rank_integer_layers(const rank_network *network, const rank_quantized *quantized, const rank_run *run,
                                 size_t at, size_t count, uint8_t *scratch, float *out);

/// The reference, for both precisions.
rank_integer_layers rank_integers_scalar;
#if defined(__x86_64__)
rank_integer_layers rank_int16_vnni;
rank_integer_layers rank_int8_vnni;
#endif
