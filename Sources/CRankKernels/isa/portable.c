// What every CPU can do, 128-bit vectors without fused multiply-add: a numeric profile of its own, `fp32-unfused`.
//
// The sums of a tile of 4 × 8 take 8 of the 16 registers of SSE2. To repeat a float in all lanes takes two of its
// instructions, or one load of a float that was repeated before.
#define RANK_WIDTH 4
#define RANK_VECTORS 2
#define RANK_ROWS 4
#define RANK_TARGET
#define RANK_MULTIPLY_ADD(x, w, z) ((x) * (w) + (z))
#define RANK_SPREAD 256
#include "../score/body.h"

const rank_kernels rank_kernels_portable = {.panel = PANEL, .score = score, .half_rows = half_rows, .activate = activate};
