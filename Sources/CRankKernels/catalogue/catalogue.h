// Declarations that the files of the search of catalogues share.
#pragma once

#include "rank_catalogue.h"

/// The kernels of an instruction set; rank_catalogue.h has the arguments.
typedef struct rank_catalogue_kernels {
    /// Whether the CPU has the instructions that are needed beside the instruction set; NULL where none are.
    bool (*is_supported)(void);
    size_t (*find)(const rank_catalogue *catalogue, const rank_catalogue_user *user, rank_catalogue_part *part,
                   uint32_t *found, size_t enough);
    void (*estimate)(const rank_catalogue *catalogue, const rank_catalogue_user *user, uint32_t blocks, float *bounds);
    void (*rotate)(const rank_catalogue_rotation *rotation, const float *embedding, double *factors);
} rank_catalogue_kernels;

/// The kernels that every CPU runs: the oracle.
extern const rank_catalogue_kernels rank_catalogue_scalar;

/// The kernels of NEON. On arm64 only.
extern const rank_catalogue_kernels rank_catalogue_neon;

/// The kernels of AVX2. On x86-64 only.
extern const rank_catalogue_kernels rank_catalogue_avx2;

/// The kernels of AVX-512 VNNI. On x86-64 only.
extern const rank_catalogue_kernels rank_catalogue_vnni;

/// Bytes of a group.
static inline size_t rank_catalogue_group_bytes(const rank_catalogue *catalogue) {
    return ((size_t)catalogue->quads + 1) * 64;
}

/// What the levels and the bias of an item of a block must reach to reach the limit of a part.
static inline float rank_catalogue_threshold(const rank_catalogue *catalogue, const rank_catalogue_user *user,
                                             const rank_catalogue_part *part, uint32_t block) {
    const double rest = (double)user->level_norm * catalogue->residuals[block] +
                        (double)user->residual * catalogue->norms[block] +
                        (double)user->rounding * catalogue->sizes[block];
    return rank_float_below(part->limit - rest);
}
