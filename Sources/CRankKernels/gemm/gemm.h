// Declarations that the files of the matrix product share.
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
    // Whether sums start at the values of C; there is no seed then.
    int adds;
    // Whether A has many zeros, which the kernel may skip.
    int many_zeros;
} rank_gemm_job;

/// The matrix product of an instruction set.
typedef struct rank_gemm_kernels {
    void (*multiply)(const rank_gemm_job *job);
    /// A thread takes a multiple of this many columns.
    size_t columns;
} rank_gemm_kernels;

/// The oracle.
extern const rank_gemm_kernels rank_gemm_scalar;
