#include "rank_gemm.h"

#include "gemm.h"

void rank_gemm(rank_level level, size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column,
               const float *b, size_t b_row, const float *seed, float *c, size_t c_row) {
    rank_gemm_job job = {m, n, k, a, a_row, a_column, b, b_row, seed, c, c_row};
    switch (level) {
#if defined(__x86_64__)
    case RANK_LEVEL_AVX512:
        rank_gemm_avx512(&job);
        return;
    case RANK_LEVEL_AVX2:
        rank_gemm_avx2(&job);
        return;
#endif
#if defined(__aarch64__)
    case RANK_LEVEL_NEON:
        rank_gemm_neon(&job);
        return;
#endif
    default:
        rank_gemm_scalar(&job);
        return;
    }
}
