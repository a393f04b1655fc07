// Declarations that the files of certified bounds share.
#pragma once

#include <string.h>

#include "../score/score.h"
#include "rank_certified.h"

/// The largest level, and the most that weights of one sign may sum up to where their products are added in 16 bits.
#define RANK_TOP_LEVEL 255
#define RANK_MOST_TOGETHER 128

/// The base of a column's two digits, and its largest number: no digit is larger than half of RANK_MOST_TOGETHER.
#define RANK_COLUMN_DIGIT 128
#define RANK_COLUMN_TOP 8191

/// The levels from which on nothing is proved of a user, and a candidate's unit is dead.
#define RANK_LEVEL_LIMIT 255.5

/// The share by which sums in double precision are made larger, far more than their own roundings.
#define RANK_DOUBLE_SLACK 1e-9

/// The numbers behind the three rows of a record, which ends with the biases of the kept outputs.
typedef struct rank_record_tail {
    float column_step;
    float constant;
    float margin;
    float slope;
    float padding[12];
    float biases[RANK_MOST_KEPT_OUTPUTS];
} rank_record_tail;

/// The numbers of a record: behind the user's levels and the two digits of the column.
static inline const rank_record_tail *rank_tail(const uint8_t *record, size_t row_bytes) {
    return (const rank_record_tail *)(const void *)(record + 3 * row_bytes);
}

typedef void rank_bound_rows_function(const rank_bounds *bounds, const uint8_t *record, const uint32_t *rows,
                                      size_t count, float *out);

/// A kernel that computes bounds.
typedef struct rank_bound_kernel {
    const char *name;
    /// Whether the CPU has the instructions that are needed beside the instruction set; NULL where none are.
    bool (*is_supported)(void);
    /// As `rank_bound_addends`.
    uint32_t addends;
    rank_bound_rows_function *bound_rows;
} rank_bound_kernel;

/// The kernels of an instruction set.
typedef struct rank_bound_kernels {
    /// Those that compute bounds, in order of preference, and NULL behind them.
    const rank_bound_kernel *by_preference[4];
    bool (*certify_user)(const rank_certificate *certificate, const float *half, double term, double term_size,
                         double *scratch, uint8_t *record);
    void (*row_errors)(const rank_certificate *certificate, const float *rows, size_t stride, size_t count,
                       double *distances, double *errors);
    void (*reach)(const rank_certificate *certificate, const float *rows, size_t stride, size_t count, double *scratch,
                  double *below, double *above);
    void (*line_losses)(const rank_certificate *certificate, const float *half, const float *rows, size_t stride,
                        size_t count, double *scratch, double *losses);
} rank_bound_kernels;

/// The kernels of VNNI in its three forms, and that of AVX2. On x86-64 only.
extern const rank_bound_kernel rank_bounds_avx512_vnni, rank_bounds_avx512vl_vnni, rank_bounds_avx_vnni,
    rank_bounds_avx2;
/// The kernel of the dot product of bytes. On arm64 only.
extern const rank_bound_kernel rank_bounds_dotprod;
