#if defined(__aarch64__)
#include <arm_neon.h>

#define RANK_WIDTH 4
#define RANK_VECTORS 4
#define RANK_ROWS 6
#define RANK_TARGET
#define RANK_MULTIPLY_ADD(x, w, z) vfmaq_f32((z), (x), (w))
#include "../score/body.h"

const rank_kernels rank_kernels_neon = {.panel = PANEL, .score = score, .half_rows = half_rows, .activate = activate};
#endif
