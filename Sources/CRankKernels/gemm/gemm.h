// What the files about products share.
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

/// The product of an instruction set.
typedef struct rank_gemm_kernels {
    void (*multiply)(const rank_gemm_job *job);
    /// A part of a product has a multiple of this many columns.
    size_t columns;
} rank_gemm_kernels;

/// The oracle's.
extern const rank_gemm_kernels rank_gemm_scalar;
/// Passes over the zeros of A. x86-64 alone.
extern const rank_gemm_kernels rank_gemm_zeros_avx2;
