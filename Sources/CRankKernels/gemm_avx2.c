// 6 × 16 tile: 12 accumulators, 2 vectors of B and one broadcast of the 16 registers.
#if defined(__x86_64__)

#define GEMM_FUNCTION rank_gemm_avx2
#define GEMM_TARGET __attribute__((target("avx2,fma")))
#define GEMM_LANES 8
#define GEMM_VECTORS 2
#include "gemm_tile.h"

#endif
