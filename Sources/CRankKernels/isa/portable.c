// The profile `fp32-unfused`. Training and integers, which have to fuse, are left to the scalar row.
#include "isa.h"

#include "portable.h"

#include "../score/body.h"

static bool is_supported(void) {
    return true;
}

const rank_isa rank_isa_portable = {
    .name = "portable",
    .is_supported = is_supported,
    .score = &score_kernels,
};
