// 6 × 64 tile: 24 accumulators, 4 vectors of B and one broadcast of the 32 registers.
#if defined(__x86_64__)

#include <immintrin.h>

#define GEMM_FUNCTION rank_gemm_avx512
#define VECTOR_TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")))
#define VECTOR_LANES 16
#define GEMM_VECTORS 4
#define GEMM_MULTIPLY_ADD(x, w, z) _mm512_fmadd_ps((x), (w), (z))
#include "tile.h"

#endif
