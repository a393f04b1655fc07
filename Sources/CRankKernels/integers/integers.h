// Declarations that the files of integer scoring share.
#pragma once

#include "../score/score.h"
#include "rank_quantized.h"

/// Rows of tables and of activations are padded to a multiple of this.
#define RANK_BLOCK_BYTES 64

/// Outputs whose sums the VNNI kernels keep in registers: columns of a panel of `rank_quantized.packed`.
#define RANK_INTEGER_PANEL 64

/// The largest activation.
static inline int32_t rank_top(rank_precision precision) {
    return precision == RANK_PRECISION_INT16 ? 8191 : 255;
}

/// The bytes of an activation, and of a weight.
static inline uint32_t rank_unit_bytes(rank_precision precision) {
    return precision == RANK_PRECISION_INT16 ? 2 : 1;
}

/// Computes the first two layers of `count` candidates of a run from `at` on.
///
/// With one hidden layer `out` is [count] and takes the output of the dense layers, the last one included; with more it
/// is [count][stride of the first hidden layer] and takes that layer's activations. `scratch`: twice RANK_TILE_ROWS
/// rows of `row_bytes`, 64-byte aligned.
typedef void rank_integer_layers(const rank_network *network, const rank_quantized *quantized, const rank_run *run,
                                 size_t at, size_t count, uint8_t *scratch, float *out);

/// The kernels of AVX-512 VNNI. On x86-64 only.
rank_integer_layers rank_int16_vnni;
rank_integer_layers rank_int8_vnni;

/// The integer kernels of an instruction set.
typedef struct rank_integer_kernels {
    /// Whether the kernels read `rank_quantized.packed`, which must not be NULL then.
    bool reads_packed;
    /// Whether the CPU has the instructions that are needed beside the instruction set; NULL where none are.
    bool (*is_supported)(void);
    /// By precision.
    rank_integer_layers *layers[2];
    /// The steps from the activations of the first hidden layer to scores; from the output of the dense layers where
    /// that layer is the only hidden one.
    void (*finish)(const rank_network *network, const rank_run *run, size_t at, size_t count, const float *h,
                   float *buffers);
} rank_integer_kernels;
