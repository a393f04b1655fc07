// The product for an A that comes out of relu or its mask, about half of it zeros: zeros are skipped.
//
// A row of C is 64 columns in 8 accumulators, which hide the latency of a multiply-add; each non-zero element of A
// takes one row of B. A bit for each element says whether it is non-zero; the bits are found once for a block of A and
// used for all columns. A skipped product would have added zero, unless B holds an infinity or NaN: then nothing is
// skipped.
#include "../isa/isa.h"

#if defined(__x86_64__)
#include "../isa/avx2.h"

#define ZEROS_VECTORS 8
#define ZEROS_COLUMNS (8 * ZEROS_VECTORS)
// Rows of B in a block: with 64 columns they take 16 KiB and stay in the L1 cache. Each has a bit in a word.
#define ZEROS_DEPTH 64
// Rows of A whose bits are in memory at a time.
#define ZEROS_ROWS 256

// A bit for each of 8 contiguous floats that is not zero. NaN is not zero.
INLINE uint64_t zeros_live(const float *a) {
    const __m256 x = _mm256_loadu_ps(a);
    return (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_NEQ_UQ));
}

// The bits of a row of A whose elements are contiguous.
INLINE uint64_t zeros_row(const float *a, size_t depth) {
    uint64_t live = 0;
    size_t p = 0;
    for (; p + 8 <= depth; p += 8) {
        live |= zeros_live(a + p) << p;
    }
    for (; p < depth; p++) {
        live |= (uint64_t)(a[p] != 0) << p;
    }
    return live;
}

// The 8 × 8 bits of a word, mirrored at their diagonal. Source: Warren, "Hacker's Delight", section 7-3.
INLINE uint64_t zeros_mirror(uint64_t x) {
    uint64_t t = (x ^ (x >> 7)) & 0x00AA00AA00AA00AA;
    x ^= t ^ (t << 7);
    t = (x ^ (x >> 14)) & 0x0000CCCC0000CCCC;
    x ^= t ^ (t << 14);
    t = (x ^ (x >> 28)) & 0x00000000F0F0F0F0;
    return x ^ t ^ (t << 28);
}

// The bits of 8 rows of A, where the elements of a column are contiguous.
INLINE void zeros_8_rows(const float *a, size_t a_column, size_t depth, uint64_t live[8]) {
    UNROLL for (int r = 0; r < 8; r++) {
        live[r] = 0;
    }
    for (size_t p = 0; p < depth; p += 8) {
        uint64_t bits = 0;
        for (size_t q = 0; q < 8 && p + q < depth; q++) {
            bits |= zeros_live(a + (p + q) * a_column) << (8 * q);
        }
        bits = zeros_mirror(bits);
        UNROLL for (int r = 0; r < 8; r++) {
            live[r] |= (bits >> (8 * r) & 0xFF) << p;
        }
    }
}

INLINE uint64_t zeros_strided(const float *a, size_t a_column, size_t depth) {
    uint64_t live = 0;
    for (size_t p = 0; p < depth; p++) {
        live |= (uint64_t)(a[p * a_column] != 0) << p;
    }
    return live;
}

TARGET static void zeros_find(const rank_gemm_job *job, size_t row, size_t rows, size_t from, size_t depth,
                                    uint64_t *live) {
    size_t i = 0;
    if (job->a_column == 1) {
        for (; i < rows; i++) {
            live[i] = zeros_row(job->a + (row + i) * job->a_row + from, depth);
        }
    } else if (job->a_row == 1) {
        for (; i + 8 <= rows; i += 8) {
            zeros_8_rows(job->a + row + i + from * job->a_column, job->a_column, depth, live + i);
        }
    }
    for (; i < rows; i++) {
        live[i] = zeros_strided(job->a + (row + i) * job->a_row + from * job->a_column, job->a_column, depth);
    }
}

// Copies 64 columns of `depth` rows of B into contiguous memory. Returns whether all of them are finite: a float that
// is not has an exponent of all ones.
TARGET static int zeros_pack(const float *b, size_t b_row, size_t depth, float *panel) {
    const __m256i exponent = _mm256_set1_epi32(0x7F800000);
    __m256i largest = _mm256_setzero_si256();
    for (size_t p = 0; p < depth; p++) {
        UNROLL for (int v = 0; v < ZEROS_VECTORS; v++) {
            const __m256 w = _mm256_loadu_ps(b + p * b_row + 8 * v);
            largest = _mm256_max_epi32(largest, _mm256_and_si256(_mm256_castps_si256(w), exponent));
            _mm256_store_ps(panel + p * ZEROS_COLUMNS + 8 * v, w);
        }
    }
    return _mm256_movemask_epi8(_mm256_cmpeq_epi32(largest, exponent)) == 0;
}

// 64 columns of `rows` rows of C, for a block of B. Elements with a bit in `all` are multiplied in every row.
TARGET static void zeros_multiply(const rank_gemm_job *job, size_t row, size_t rows, size_t j, size_t from,
                                        const float *panel, const uint64_t *live, uint64_t all) {
    const size_t a_column = job->a_column;
    const int goes_on = from != 0 || job->adds;
    for (size_t i = 0; i < rows; i++) {
        const float *a = job->a + (row + i) * job->a_row + from * a_column;
        float *c = job->c + (row + i) * job->c_row + j;
        __m256 sum[ZEROS_VECTORS];
        UNROLL for (int v = 0; v < ZEROS_VECTORS; v++) {
            sum[v] = goes_on     ? _mm256_loadu_ps(c + 8 * v)
                     : job->seed ? _mm256_loadu_ps(job->seed + j + 8 * v)
                                 : _mm256_setzero_ps();
        }
        for (uint64_t rest = live[i] | all; rest != 0; rest &= rest - 1) {
            const size_t p = (size_t)__builtin_ctzll(rest);
            const __m256 x = _mm256_broadcast_ss(a + p * a_column);
            const float *w = panel + p * ZEROS_COLUMNS;
            UNROLL for (int v = 0; v < ZEROS_VECTORS; v++) {
                sum[v] = _mm256_fmadd_ps(x, _mm256_load_ps(w + 8 * v), sum[v]);
            }
        }
        UNROLL for (int v = 0; v < ZEROS_VECTORS; v++) {
            _mm256_storeu_ps(c + 8 * v, _mm256_add_ps(sum[v], _mm256_setzero_ps()));
        }
    }
}

TARGET static void multiply(const rank_gemm_job *job) {
    _Alignas(32) float panel[ZEROS_DEPTH * ZEROS_COLUMNS];
    uint64_t live[ZEROS_ROWS];
    const size_t columns = job->k > 0 ? job->n - job->n % ZEROS_COLUMNS : 0;
    for (size_t from = 0; columns > 0 && from < job->k; from += ZEROS_DEPTH) {
        const size_t depth = job->k - from < ZEROS_DEPTH ? job->k - from : ZEROS_DEPTH;
        for (size_t row = 0; row < job->m; row += ZEROS_ROWS) {
            const size_t rows = job->m - row < ZEROS_ROWS ? job->m - row : ZEROS_ROWS;
            zeros_find(job, row, rows, from, depth, live);
            for (size_t j = 0; j < columns; j += ZEROS_COLUMNS) {
                const int skips = zeros_pack(job->b + from * job->b_row + j, job->b_row, depth, panel);
                zeros_multiply(job, row, rows, j, from, panel, live, skips ? 0 : ~(uint64_t)0 >> (64 - depth));
            }
        }
    }
    if (columns < job->n) {
        rank_gemm_job rest = *job;
        rest.n -= columns;
        rest.b += columns;
        rest.c += columns;
        rest.seed = rest.seed ? rest.seed + columns : rest.seed;
        rank_isa_avx2.gemm->multiply(&rest);
    }
}

const rank_gemm_kernels rank_gemm_zeros_avx2 = {.multiply = multiply, .columns = ZEROS_COLUMNS};
#endif
