// The table of instruction sets: a row has the kernels of one set.
#pragma once

#include "../catalogue/catalogue.h"
#include "../certified/certified.h"
#include "../gemm/gemm.h"
#include "../integers/integers.h"
#include "../lists/lists.h"
#include "../score/score.h"
#include "../training/training.h"
#include "../trees/trees.h"

/// An instruction set. NULL stands for the kernels of the scalar row.
typedef struct rank_isa {
    const char *name;
    /// Whether this CPU and operating system can run the kernels; NULL where this build has none of them.
    bool (*is_supported)(void);
    /// Whether a multiply-add is rounded once.
    bool is_fused;
    /// Whether `rank_network.skip_dead_units` is heeded.
    bool skips_dead_units;
    const rank_score_kernels *score;
    const rank_gemm_kernels *gemm;
    /// The product for an A with many zeros; NULL for `gemm`.
    const rank_gemm_kernels *gemm_zeros;
    const rank_training_loops *training;
    /// Integer scores do not depend on the level of a call: the best supported row that has kernels computes them.
    const rank_integer_kernels *integers;
    /// NULL for those of a row before.
    const rank_catalogue_kernels *catalogue;
    /// Bounds that leave candidates out of a list of the best.
    const rank_bound_kernels *bounds;
    /// Used whatever the level of a call, if this row is the best supported one.
    rank_identity_rows_function *identity_rows;
    /// NULL where ensembles of trees are walked node by node.
    const rank_tree_kernels *trees;
} rank_isa;

/// Every instruction set, in ascending order of preference: a `rank_level` is a place in this list. Each name has a row
/// `rank_isa_<name>` in <name>.c.
#define RANK_ISAS(ISA)                                                                                                 \
    ISA(scalar)                                                                                                        \
    ISA(portable)                                                                                                      \
    ISA(neon)                                                                                                          \
    ISA(avx2)                                                                                                          \
    ISA(avx512)

#define RANK_ISA_DECLARATION(name) extern const rank_isa rank_isa_##name;
RANK_ISAS(RANK_ISA_DECLARATION)

/// The row of a level; the scalar row where no such level exists or this CPU cannot run it.
const rank_isa *rank_isa_of(rank_level level);
