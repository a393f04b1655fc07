#include "rank_gemm.h"

#include "../isa/isa.h"
#include "../team/team.h"

// Rows of a part: a multiple of the rows of every tile, narrow tiles included.
#define GEMM_ROW_GRAIN 12

typedef struct gemm_call {
    rank_gemm_job job;
    void (*multiply)(const rank_gemm_job *job);
    // Parts are cut at multiples of these. A part has all rows or all columns.
    size_t row_grain, column_grain;
    int by_columns;
} gemm_call;

static gemm_call call_of(rank_level level, rank_gemm_job job) {
    const rank_isa *isa = rank_isa_of(level);
    const rank_gemm_kernels *kernels = job.many_zeros && isa->gemm_zeros ? isa->gemm_zeros
                                       : isa->gemm                       ? isa->gemm
                                                                         : rank_isa_scalar.gemm;
    gemm_call call = {job, kernels->multiply, GEMM_ROW_GRAIN, kernels->columns, 0};
    // The vectorised kernels then put rows in lanes.
    if (job.n == 1 && job.a_row == 1) {
        call.row_grain = call.column_grain;
    }
    return call;
}

static void multiply_part(const void *argument, size_t part, size_t parts) {
    const gemm_call *call = argument;
    rank_gemm_job job = call->job;
    if (call->by_columns) {
        const team_range range = team_share(job.n, call->column_grain, part, parts);
        job.n = range.to - range.from;
        job.b += range.from;
        job.c += range.from;
        job.seed = job.seed ? job.seed + range.from : job.seed;
    } else {
        const team_range range = team_share(job.m, call->row_grain, part, parts);
        job.m = range.to - range.from;
        job.a += range.from * job.a_row;
        job.c += range.from * job.c_row;
    }
    if (job.m > 0 && job.n > 0) {
        call->multiply(&job);
    }
}

void rank_gemm(rank_team *team, rank_level level, int flags, size_t m, size_t n, size_t k, const float *a, size_t a_row,
               size_t a_column, const float *b, size_t b_row, const float *seed, float *c, size_t c_row) {
    const int adds = (flags & RANK_GEMM_ADDS) != 0, many_zeros = (flags & RANK_GEMM_MANY_ZEROS) != 0;
    gemm_call call = call_of(
        level, (rank_gemm_job){m, n, k, a, a_row, a_column, b, b_row, seed, c, c_row, adds, many_zeros});
    const size_t parts = team_parts(team, m * n * k, TEAM_MULTIPLY_ADDS);
    if (parts < 2) {
        call.multiply(&call.job);
        return;
    }
    call.by_columns =
        team_largest(n, call.column_grain, parts) * m < team_largest(m, call.row_grain, parts) * n;
    rank_team_run(team, parts, multiply_part, &call);
}
