#if defined(__aarch64__)
#define RANK_WIDTH 4
#define RANK_VECTORS 4
#define RANK_TARGET
#include "vector_body.h"

const rank_kernels rank_kernels_neon = {.panel = PANEL, .score = score, .half_rows = half_rows};
#endif
