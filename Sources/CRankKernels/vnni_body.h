// The first two layers in integers with AVX-512 VNNI. Included by a file for each precision, which defines
//
// RANK_INTEGERS        the name of the function
// RANK_SUBTRACT(a, b)  a vector of activations: a − b, 0 where that is less
// RANK_DOT             the instruction that adds the products of 4 bytes of activations with 4 bytes of weights to a sum
//
// A tile is up to RANK_TILE_ROWS candidates by 64 outputs, in 24 registers of sums. Integers may be added in any order, so
// that neither tiles nor panels show in a score.
#include "quantized.h"
#include "unroll.h"

#include <immintrin.h>

#pragma STDC FP_CONTRACT OFF

#define TARGET __attribute__((target("avx2,fma,avx512f,avx512vl,avx512bw,avx512dq,avx512vnni")))
#define INLINE TARGET static inline __attribute__((always_inline))

// In this order and no other: the compiler would hoist the broadcasts and spill sums.
#define BROADCAST(into, from) __asm__ volatile("vpbroadcastd %1, %0" : "=v"(into) : "m"(*(from)))
#define DOT(sum, x, w) __asm__ volatile(RANK_DOT " %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w))

#define VECTOR 16
#define VECTORS (RANK_INTEGER_PANEL / VECTOR)
// Bytes of the activations that one instruction takes.
#define QUAD 4

typedef struct job {
    const rank_network *network;
    const rank_quantized *quantized;
    const uint8_t *user;
    const uint32_t *candidates;
    uint8_t *h;
    float *out;
} job;

// The thresholds of `rows` candidates.
INLINE void aim(const job *job, const uint32_t *candidates, const int rows, const uint8_t **c) {
    for (int r = 0; r < rows; r++) {
        c[r] = job->quantized->candidates + candidates[r] * job->quantized->row_bytes;
    }
}

// h of one tile; the rows of the next one are prefetched meanwhile.
INLINE void activate(const job *job, const uint8_t *const *c, const uint8_t *const *later, const int rows) {
    const size_t row_bytes = job->quantized->row_bytes;
    NO_UNROLL for (size_t byte = 0; byte < row_bytes; byte += RANK_BLOCK_BYTES) {
        const __m512i a = _mm512_load_si512(job->user + byte);
        UNROLL for (int r = 0; r < rows; r++) {
            _mm512_store_si512(job->h + r * row_bytes + byte, RANK_SUBTRACT(a, _mm512_load_si512(c[r] + byte)));
            _mm_prefetch((const char *)(later[r] + byte), _MM_HINT_T0);
        }
    }
}

// docs/NUMERICS.md, the fixed tree of `lanes`.
INLINE float tree(__m512 lane) {
    __m256 t8 = _mm256_add_ps(_mm512_castps512_ps256(lane), _mm512_extractf32x8_ps(lane, 1));
    __m128 t4 = _mm_add_ps(_mm256_castps256_ps128(t8), _mm256_extractf128_ps(t8, 1));
    __m128 t2 = _mm_add_ps(t4, _mm_movehl_ps(t4, t4));
    return t2[0] + t2[1];
}

// The outputs of one panel from `column` on for one tile, whose first candidate is `row`.
INLINE void panel(const job *job, uint32_t column, size_t row, __m512 *lane, const int rows, const int vectors) {
    const rank_network *network = job->network;
    const rank_matrix *hidden = network->hidden;
    const size_t row_bytes = job->quantized->row_bytes;
    // Panels before this one are full.
    const uint8_t *packed = job->quantized->packed + row_bytes * column;
    __m512i sum[RANK_TILE_ROWS][VECTORS];
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            sum[r][v] = _mm512_setzero_si512();
        }
    }
    NO_UNROLL for (size_t byte = 0; byte < row_bytes; byte += QUAD) {
        __m512i w[VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) {
            w[v] = _mm512_load_si512(packed + v * RANK_BLOCK_BYTES);
        }
        UNROLL for (int r = 0; r < rows; r++) {
            __m512i x;
            BROADCAST(x, (const int32_t *)(const void *)(job->h + r * row_bytes + byte));
            UNROLL for (int v = 0; v < vectors; v++) {
                DOT(sum[r][v], x, w[v]);
            }
        }
        packed += vectors * RANK_BLOCK_BYTES;
    }
    const __m512 zero = _mm512_setzero_ps();
    UNROLL for (int v = 0; v < vectors; v++) {
        const uint32_t at = column + v * VECTOR;
        const __m512 step = _mm512_loadu_ps(job->quantized->steps + at);
        const __m512 bias = _mm512_loadu_ps(hidden->bias + at);
        UNROLL for (int r = 0; r < rows; r++) {
            // NaN and both zeros give the second operand, +0.
            const __m512 z = _mm512_max_ps(_mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[r][v]), step, bias), zero);
            if (network->hidden_count > 1) {
                _mm512_storeu_ps(job->out + (row + r) * hidden->stride + at, z);
            } else {
                lane[r] = _mm512_fmadd_ps(z, _mm512_loadu_ps(network->output_weights + at), lane[r]);
            }
        }
    }
}

// One tile, whose first candidate is `row`.
INLINE void tile(const job *job, size_t row, const uint8_t *const *c, const uint8_t *const *later, const int rows) {
    const uint32_t stride = job->network->hidden->stride;
    activate(job, c, later, rows);
    __m512 lane[RANK_TILE_ROWS];
    UNROLL for (int r = 0; r < rows; r++) {
        lane[r] = _mm512_setzero_ps();
    }
    uint32_t column = 0;
    NO_UNROLL for (; column + RANK_INTEGER_PANEL <= stride; column += RANK_INTEGER_PANEL) {
        panel(job, column, row, lane, rows, VECTORS);
    }
    switch ((stride - column) / VECTOR) {
    case 1:
        panel(job, column, row, lane, rows, 1);
        break;
    case 2:
        panel(job, column, row, lane, rows, 2);
        break;
    case 3:
        panel(job, column, row, lane, rows, 3);
        break;
    default:
        break;
    }
    if (job->network->hidden_count == 1) {
        UNROLL for (int r = 0; r < rows; r++) {
            job->out[row + r] = tree(lane[r]) + job->network->output_bias;
        }
    }
}

#define TILE_OF(rows)                                                                                                  \
    TARGET __attribute__((noinline)) static void tile_##rows(const job *job, size_t row, const uint8_t *const *c,      \
                                                             const uint8_t *const *later) {                            \
        tile(job, row, c, later, rows);                                                                                \
    }

TILE_OF(1)
TILE_OF(2)
TILE_OF(3)
TILE_OF(4)
TILE_OF(5)
TILE_OF(6)

static void (*const tiles_of[RANK_TILE_ROWS])(const job *job, size_t row, const uint8_t *const *c,
                                              const uint8_t *const *later) = {tile_1, tile_2, tile_3,
                                                                              tile_4, tile_5, tile_6};

TARGET void RANK_INTEGERS(const rank_network *network, const rank_quantized *quantized, const rank_run *run, size_t at,
                          size_t count, uint8_t *scratch, float *out) {
    const job job = {
        .network = network,
        .quantized = quantized,
        .user = quantized->users + run->user_row * quantized->row_bytes,
        .candidates = run->candidate_rows + at,
        .h = scratch,
        .out = out,
    };
    // As many tiles as full ones would need, all of nearly the same size, the larger ones first.
    const size_t tiles = (count + RANK_TILE_ROWS - 1) / RANK_TILE_ROWS;
    const size_t shorter = count / tiles;
    const size_t longer = count % tiles;
    const uint8_t *turns[2][RANK_TILE_ROWS];
    int rows = (int)(shorter + (longer > 0));
    aim(&job, job.candidates, rows, turns[0]);
    size_t row = 0;
    for (size_t index = 0; index < tiles; index++) {
        const uint8_t **here = turns[index & 1];
        const uint8_t **later = turns[(index + 1) & 1];
        const bool more = index + 1 < tiles;
        const int next_rows = more ? (int)(shorter + (index + 1 < longer)) : 0;
        aim(&job, job.candidates + row + rows, next_rows, later);
        // A tile prefetches as many rows as it has.
        for (int r = next_rows; r < rows; r++) {
            later[r] = here[r];
        }
        tiles_of[rows - 1](&job, row, here, later);
        row += (size_t)rows;
        rows = next_rows;
    }
}
