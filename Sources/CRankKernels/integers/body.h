// The first two layers in integers with AVX-512 VNNI. Included by a file for each precision, which defines
//
// RANK_INTEGERS        the name of the function
// RANK_SUBTRACT(a, b)  a vector of activations: a − b, 0 where that is less
// RANK_DOT             the instruction that adds the products of 4 bytes of activations and 4 bytes of weights to a sum
//
// A tile is up to RANK_TILE_ROWS candidates by 64 outputs, in 24 registers of sums. Integers may be added in any order,
// so that neither tiles nor panels show in a score.
#include "integers.h"
#include "../isa/unroll.h"

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
    float *out;
} job;

// One tile: its first candidate, and the activations of its rows.
typedef struct place {
    size_t row;
    const uint8_t *h;
} place;

// The tile after it, whose activations are computed meanwhile, and the one after that, whose rows are prefetched.
typedef struct coming {
    uint8_t *h;
    int rows;
    const uint8_t *c[RANK_TILE_ROWS];
    const uint8_t *later[RANK_TILE_ROWS];
} coming;

// The thresholds of `rows` candidates.
INLINE void aim(const job *job, const uint32_t *candidates, const int rows, const uint8_t **c) {
    for (int r = 0; r < rows; r++) {
        c[r] = job->quantized->candidates + candidates[r] * job->quantized->row_bytes;
    }
}

// A block of the activations of the tile that is coming.
INLINE void activate(const job *job, const coming *coming, size_t byte) {
    const __m512i a = _mm512_load_si512(job->user + byte);
    NO_UNROLL for (int r = 0; r < coming->rows; r++) {
        uint8_t *h = coming->h + r * job->quantized->row_bytes + byte;
        _mm512_store_si512(h, RANK_SUBTRACT(a, _mm512_load_si512(coming->c[r] + byte)));
        _mm_prefetch((const char *)(coming->later[r] + byte), _MM_HINT_T0);
    }
}

// docs/reference/numerics.md, the fixed tree of `lanes`.
INLINE float tree(__m512 lane) {
    __m256 t8 = _mm256_add_ps(_mm512_castps512_ps256(lane), _mm512_extractf32x8_ps(lane, 1));
    __m128 t4 = _mm_add_ps(_mm256_castps256_ps128(t8), _mm256_extractf128_ps(t8, 1));
    __m128 t2 = _mm_add_ps(t4, _mm_movehl_ps(t4, t4));
    return t2[0] + t2[1];
}

// The outputs of one panel from `column` on for one tile.
INLINE void panel(const job *job, uint32_t column, const place *at, const coming *coming, __m512 *lane, const int rows,
                  const int vectors) {
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
    const uint8_t *h = at->h;
    NO_UNROLL for (size_t block = 0; block < row_bytes; block += RANK_BLOCK_BYTES) {
        if (column == 0) {
            activate(job, coming, block);
        }
        NO_UNROLL for (size_t byte = block; byte < block + RANK_BLOCK_BYTES; byte += QUAD) {
            __m512i w[VECTORS];
            UNROLL for (int v = 0; v < vectors; v++) {
                w[v] = _mm512_load_si512(packed + v * RANK_BLOCK_BYTES);
            }
            UNROLL for (int r = 0; r < rows; r++) {
                __m512i x;
                BROADCAST(x, (const int32_t *)(const void *)(h + r * row_bytes + byte));
                UNROLL for (int v = 0; v < vectors; v++) {
                    DOT(sum[r][v], x, w[v]);
                }
            }
            packed += vectors * RANK_BLOCK_BYTES;
        }
    }
    const __m512 zero = _mm512_setzero_ps();
    UNROLL for (int v = 0; v < vectors; v++) {
        const uint32_t output = column + v * VECTOR;
        const __m512 step = _mm512_loadu_ps(job->quantized->steps + output);
        const __m512 bias = _mm512_loadu_ps(hidden->bias + output);
        UNROLL for (int r = 0; r < rows; r++) {
            // NaN and both zeros give the second operand, +0.
            const __m512 z = _mm512_max_ps(_mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[r][v]), step, bias), zero);
            if (network->hidden_count > 1) {
                _mm512_storeu_ps(job->out + (at->row + r) * hidden->stride + output, z);
            } else {
                lane[r] = _mm512_fmadd_ps(z, _mm512_loadu_ps(network->output_weights + output), lane[r]);
            }
        }
    }
}

INLINE void tile(const job *job, const place *at, const coming *coming, const int rows) {
    const uint32_t stride = job->network->hidden->stride;
    __m512 lane[RANK_TILE_ROWS];
    UNROLL for (int r = 0; r < rows; r++) {
        lane[r] = _mm512_setzero_ps();
    }
    uint32_t column = 0;
    NO_UNROLL for (; column + RANK_INTEGER_PANEL <= stride; column += RANK_INTEGER_PANEL) {
        panel(job, column, at, coming, lane, rows, VECTORS);
    }
    switch ((stride - column) / VECTOR) {
    case 1:
        panel(job, column, at, coming, lane, rows, 1);
        break;
    case 2:
        panel(job, column, at, coming, lane, rows, 2);
        break;
    case 3:
        panel(job, column, at, coming, lane, rows, 3);
        break;
    default:
        break;
    }
    if (job->network->hidden_count == 1) {
        UNROLL for (int r = 0; r < rows; r++) {
            job->out[at->row + r] = tree(lane[r]) + job->network->output_bias;
        }
    }
}

#define TILE_OF(rows)                                                                                                  \
    TARGET __attribute__((noinline)) static void tile_##rows(const job *job, const place *at, const coming *coming) {  \
        tile(job, at, coming, rows);                                                                                   \
    }

TILE_OF(1)
TILE_OF(2)
TILE_OF(3)
TILE_OF(4)
TILE_OF(5)
TILE_OF(6)

static void (*const tiles_of[RANK_TILE_ROWS])(const job *job, const place *at, const coming *coming) = {
    tile_1, tile_2, tile_3, tile_4, tile_5, tile_6};

TARGET void RANK_INTEGERS(const rank_network *network, const rank_quantized *quantized, const rank_run *run, size_t at,
                          size_t count, uint8_t *scratch, float *out) {
    const job job = {
        .network = network,
        .quantized = quantized,
        .user = quantized->users + run->user_row * quantized->row_bytes,
        .candidates = run->candidate_rows + at,
        .out = out,
    };
    const size_t row_bytes = quantized->row_bytes;
    uint8_t *turns[2] = {scratch, scratch + RANK_TILE_ROWS * row_bytes};
    // As many tiles as full ones would need, all of nearly the same size, the larger ones first.
    const size_t tiles = (count + RANK_TILE_ROWS - 1) / RANK_TILE_ROWS;
    const size_t shorter = count / tiles;
    const size_t longer = count % tiles;
    coming coming = {.h = turns[0], .rows = (int)(shorter + (longer > 0))};
    aim(&job, job.candidates, coming.rows, coming.c);
    aim(&job, job.candidates, coming.rows, coming.later);
    for (size_t byte = 0; byte < row_bytes; byte += RANK_BLOCK_BYTES) {
        activate(&job, &coming, byte);
    }
    place here = {0};
    for (size_t index = 0; index < tiles; index++) {
        const int rows = coming.rows;
        here.h = coming.h;
        const size_t next = here.row + (size_t)rows;
        coming.h = turns[(index + 1) & 1];
        coming.rows = index + 1 < tiles ? (int)(shorter + (index + 1 < longer)) : 0;
        aim(&job, job.candidates + next, coming.rows, coming.c);
        // No tile has more rows than the one before; the last one prefetches its own again.
        const size_t after = next + (size_t)coming.rows;
        const size_t left = count - after;
        const size_t known = left < (size_t)coming.rows ? left : (size_t)coming.rows;
        aim(&job, job.candidates + after, (int)known, coming.later);
        for (int r = (int)known; r < coming.rows; r++) {
            coming.later[r] = coming.c[r];
        }
        tiles_of[rows - 1](&job, &here, &coming);
        here.row = next;
    }
}
