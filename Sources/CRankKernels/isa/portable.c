// The profile `fp32-unfused`. Training and integers, which have to fuse, are left to the scalar row.
#include "isa.h"

#include "portable.h"

#include "../score/body.h"
#include "../slices/columns_128.h"
#include "../slices/sums_128.h"

#include "../slices/score.h"

static bool is_supported(void) {
    return true;
}

static const rank_tree_kernels tree_kernels = {SLICED_KERNELS};

const rank_isa rank_isa_portable = {
    .name = "portable",
    .is_supported = is_supported,
    .score = &score_kernels,
    .trees = &tree_kernels,
};
