// 6 × 16 tile: 12 accumulators, 2 vectors of B and one broadcast of the 16 registers.
#if defined(__x86_64__)

#include <immintrin.h>

#define GEMM_FUNCTION rank_gemm_avx2
#define VECTOR_TARGET __attribute__((target("avx2,fma")))
#define VECTOR_LANES 8
#define GEMM_VECTORS 2
#define GEMM_MULTIPLY_ADD(x, w, z) _mm256_fmadd_ps((x), (w), (z))
#include "tile.h"

#endif
