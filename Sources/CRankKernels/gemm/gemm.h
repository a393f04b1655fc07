// The implementations behind rank_gemm, one per instruction set.
#pragma once

#include <stddef.h>

typedef struct rank_gemm_job {
    size_t m, n, k;
    const float *a;
    size_t a_row, a_column;
    const float *b;
    size_t b_row;
    const float *seed;
    float *c;
    size_t c_row;
    // Whether sums go on from what C holds; then there is no seed.
    int adds;
    // Whether the zeros of A, being many, may be passed over.
    int many_zeros;
} rank_gemm_job;

void rank_gemm_scalar(const rank_gemm_job *job);
void rank_gemm_neon(const rank_gemm_job *job);
void rank_gemm_avx2(const rank_gemm_job *job);
// Passes over the zeros of A.
void rank_gemm_avx2_zeros(const rank_gemm_job *job);
void rank_gemm_avx512(const rank_gemm_job *job);
