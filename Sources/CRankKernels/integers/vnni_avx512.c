// The first two layers in integers with AVX-512 VNNI.
//
// A tile is up to RANK_TILE_ROWS candidates by 64 outputs, in 24 registers of sums. Integers may be added in any order,
// so tiles and panels do not change a score. `precision` is a constant of every function here.
#include "integers.h"

#if defined(__x86_64__)
#define AVX512_ALSO ",avx512vnni"
#include "../isa/avx512.h"

// Volatile, which keeps the order: the compiler would hoist the broadcasts and spill sums.
#define BROADCAST(into, from) __asm__ volatile("vpbroadcastd %1, %0" : "=v"(into) : "m"(*(from)))
#define DOT_INT16(sum, x, w) __asm__ volatile("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w))
#define DOT_INT8(sum, x, w) __asm__ volatile("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w))

_Static_assert(PANEL == RANK_INTEGER_PANEL, "weights are packed in panels of as many columns as a tile has");

// Bytes of activations in one instruction.
#define TOGETHER 4

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

// The next tile, whose activations are computed meanwhile, and the tile after it, whose rows are prefetched.
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

// Activations: max(a − b, 0).
INLINE __m512i subtract(__m512i a, __m512i b, const rank_precision precision) {
    return precision == RANK_PRECISION_INT16 ? _mm512_subs_epu16(a, b) : _mm512_subs_epu8(a, b);
}

// A block of the activations of the next tile.
INLINE void activate(const job *job, const coming *coming, size_t byte, const rank_precision precision) {
    const __m512i a = _mm512_load_si512(job->user + byte);
    NO_UNROLL for (int r = 0; r < coming->rows; r++) {
        uint8_t *h = coming->h + r * job->quantized->row_bytes + byte;
        _mm512_store_si512(h, subtract(a, _mm512_load_si512(coming->c[r] + byte), precision));
        _mm_prefetch((const char *)(coming->later[r] + byte), _MM_HINT_T0);
    }
}

// Computes one panel of outputs, from `column` on, for one tile.
INLINE void panel(const job *job, uint32_t column, const place *at, const coming *coming, __m512 *lane, const int rows,
                  const int vectors, const rank_precision precision) {
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
            activate(job, coming, block, precision);
        }
        NO_UNROLL for (size_t byte = block; byte < block + RANK_BLOCK_BYTES; byte += TOGETHER) {
            __m512i w[VECTORS];
            UNROLL for (int v = 0; v < vectors; v++) {
                w[v] = _mm512_load_si512(packed + v * RANK_BLOCK_BYTES);
            }
            UNROLL for (int r = 0; r < rows; r++) {
                __m512i x;
                BROADCAST(x, (const int32_t *)(const void *)(h + r * row_bytes + byte));
                UNROLL for (int v = 0; v < vectors; v++) {
                    if (precision == RANK_PRECISION_INT16) {
                        DOT_INT16(sum[r][v], x, w[v]);
                    } else {
                        DOT_INT8(sum[r][v], x, w[v]);
                    }
                }
            }
            packed += vectors * RANK_BLOCK_BYTES;
        }
    }
    const __m512 zero = _mm512_setzero_ps();
    UNROLL for (int v = 0; v < vectors; v++) {
        const uint32_t output = column + v * WIDTH;
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

INLINE void tile(const job *job, const place *at, const coming *coming, const int rows,
                 const rank_precision precision) {
    const uint32_t stride = job->network->hidden->stride;
    __m512 lane[RANK_TILE_ROWS];
    UNROLL for (int r = 0; r < rows; r++) {
        lane[r] = _mm512_setzero_ps();
    }
    uint32_t column = 0;
    NO_UNROLL for (; column + RANK_INTEGER_PANEL <= stride; column += RANK_INTEGER_PANEL) {
        panel(job, column, at, coming, lane, rows, VECTORS, precision);
    }
    switch ((stride - column) / WIDTH) {
    case 1:
        panel(job, column, at, coming, lane, rows, 1, precision);
        break;
    case 2:
        panel(job, column, at, coming, lane, rows, 2, precision);
        break;
    case 3:
        panel(job, column, at, coming, lane, rows, 3, precision);
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

#define TILE_OF(name, rows, precision)                                                                                 \
    TARGET __attribute__((noinline)) static void name##_##rows(const job *job, const place *at,                        \
                                                               const coming *coming) {                                 \
        tile(job, at, coming, rows, precision);                                                                        \
    }

#define TILES_OF(name, precision)                                                                                      \
    TILE_OF(name, 1, precision)                                                                                        \
    TILE_OF(name, 2, precision)                                                                                        \
    TILE_OF(name, 3, precision)                                                                                        \
    TILE_OF(name, 4, precision)                                                                                        \
    TILE_OF(name, 5, precision)                                                                                        \
    TILE_OF(name, 6, precision)

TILES_OF(int16, RANK_PRECISION_INT16)
TILES_OF(int8, RANK_PRECISION_INT8)

typedef void tile_function(const job *job, const place *at, const coming *coming);

static tile_function *const int16_tiles[RANK_TILE_ROWS] = {int16_1, int16_2, int16_3, int16_4, int16_5, int16_6};
static tile_function *const int8_tiles[RANK_TILE_ROWS] = {int8_1, int8_2, int8_3, int8_4, int8_5, int8_6};

INLINE void layers(const rank_network *network, const rank_quantized *quantized, const rank_run *run, size_t at,
                   size_t count, float *out, uint8_t *scratch, const rank_precision precision) {
    const job job = {
        .network = network,
        .quantized = quantized,
        .user = quantized->users + run->user_row * quantized->row_bytes,
        .candidates = run->candidate_rows + at,
        .out = out,
    };
    const size_t row_bytes = quantized->row_bytes;
    uint8_t *turns[2] = {scratch, scratch + RANK_TILE_ROWS * row_bytes};
    // As many tiles as full ones would take, of nearly equal size, the larger ones first.
    const size_t tiles = (count + RANK_TILE_ROWS - 1) / RANK_TILE_ROWS;
    const size_t shorter = count / tiles;
    const size_t longer = count % tiles;
    coming coming = {.h = turns[0], .rows = (int)(shorter + (longer > 0))};
    aim(&job, job.candidates, coming.rows, coming.c);
    aim(&job, job.candidates, coming.rows, coming.later);
    for (size_t byte = 0; byte < row_bytes; byte += RANK_BLOCK_BYTES) {
        activate(&job, &coming, byte, precision);
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
        (precision == RANK_PRECISION_INT16 ? int16_tiles : int8_tiles)[rows - 1](&job, &here, &coming);
        here.row = next;
    }
}

TARGET void rank_int16_vnni(const rank_network *network, const rank_quantized *quantized, const rank_run *run,
                            size_t at, size_t count, uint8_t *scratch, float *out) {
    layers(network, quantized, run, at, count, out, scratch, RANK_PRECISION_INT16);
}

TARGET void rank_int8_vnni(const rank_network *network, const rank_quantized *quantized, const rank_run *run,
                           size_t at, size_t count, uint8_t *scratch, float *out) {
    layers(network, quantized, run, at, count, out, scratch, RANK_PRECISION_INT8);
}
#endif
