// The oracle: one fmaf at a time, no tiles.
#include "gemm.h"

#include <math.h>

static void multiply(const rank_gemm_job *job) {
    for (size_t i = 0; i < job->m; i++) {
        for (size_t j = 0; j < job->n; j++) {
            float z = job->adds ? job->c[i * job->c_row + j] : job->seed ? job->seed[j] : 0.0f;
            for (size_t p = 0; p < job->k; p++) {
                z = fmaf(job->a[i * job->a_row + p * job->a_column], job->b[p * job->b_row + j], z);
            }
            job->c[i * job->c_row + j] = z + 0.0f;
        }
    }
}

const rank_gemm_kernels rank_gemm_scalar = {.multiply = multiply, .columns = 16};
