// 6 × 16 tile: 24 accumulators, 4 vectors of B and one broadcast of the 32 registers.
#if defined(__aarch64__)

#include <arm_neon.h>

#define GEMM_FUNCTION rank_gemm_neon
#define VECTOR_TARGET
#define VECTOR_LANES 4
#define GEMM_VECTORS 4
#define GEMM_MULTIPLY_ADD(x, w, z) vfmaq_f32((z), (x), (w))
#include "tile.h"

#endif
