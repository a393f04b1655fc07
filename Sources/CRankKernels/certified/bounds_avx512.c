// Bounds with AVX-512 VNNI: 12 candidates by 32 outputs, in 24 registers of sums.
//
// The activations of the next tile are computed meanwhile, a candidate at a time: while they are in registers they
// meet the column, whose sums join the lanes of the last layer. So the column needs no reduction of its own.
#include "certified.h"

#if defined(__x86_64__)
#define AVX512_ALSO ",avx512vnni"
#include "../isa/avx512.h"

// Volatile, which keeps the order: the compiler would hoist the broadcasts and spill sums.
#define BROADCAST(into, from) __asm__ volatile("vpbroadcastd %1, %0" : "=v"(into) : "m"(*(from)))
#define DOT(sum, x, w) __asm__ volatile("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w))

#define BLOCK_BYTES 64
#define KEPT_VECTORS (RANK_KEPT_OUTPUTS / WIDTH)
// The longest row whose activations are computed ahead.
#define MOST_ROW_BYTES 4096

_Static_assert(RANK_BOUND_ROWS * KEPT_VECTORS == 24, "the sums of a tile take 24 of 32 registers");

// The activations of a tile and their column's sums.
typedef struct tile {
    uint8_t *x;
    __m512 column[RANK_BOUND_ROWS];
    const uint8_t *rows[RANK_BOUND_ROWS];
    // Rows to prefetch: of the tile behind the next one.
    const uint8_t *later[RANK_BOUND_ROWS];
} tile;

typedef struct job {
    const rank_bounds *bounds;
    const uint8_t *record;
    const uint32_t *candidates;
    size_t count;
    float column_step;
} job;

INLINE const uint8_t *row_at(const job *job, size_t index) {
    const size_t last = job->count - 1;
    return job->bounds->thresholds + job->candidates[index < last ? index : last] * job->bounds->row_bytes;
}

// The activations of a candidate of the next tile, and the column's sums.
INLINE void activate(const job *job, tile *next, int row) {
    const size_t row_bytes = job->bounds->row_bytes;
    const uint8_t *levels = job->record;
    const uint8_t *thresholds = next->rows[row];
    uint8_t *x = next->x + (size_t)row * row_bytes;
    __m512i high = _mm512_setzero_si512();
    __m512i low = _mm512_setzero_si512();
    NO_UNROLL for (size_t byte = 0; byte < row_bytes; byte += BLOCK_BYTES) {
        const __m512i own =
            _mm512_subs_epu8(_mm512_load_si512(levels + byte), _mm512_load_si512(thresholds + byte));
        _mm512_store_si512(x + byte, own);
        DOT(high, own, _mm512_load_si512(levels + row_bytes + byte));
        DOT(low, own, _mm512_load_si512(levels + 2 * row_bytes + byte));
        _mm_prefetch((const char *)(next->later[row] + byte), _MM_HINT_T0);
    }
    const __m512i both = _mm512_add_epi32(_mm512_slli_epi32(high, 7), low);
    next->column[row] = _mm512_mul_ps(_mm512_cvtepi32_ps(both), _mm512_set1_ps(job->column_step));
}

// The products of four units with every kept output.
INLINE void add_units(const uint8_t *x, size_t row_bytes, const int8_t *packed, __m512i (*sum)[KEPT_VECTORS]) {
    __m512i w[KEPT_VECTORS];
    UNROLL for (int v = 0; v < KEPT_VECTORS; v++) {
        w[v] = _mm512_load_si512(packed + v * BLOCK_BYTES);
    }
    UNROLL for (int r = 0; r < RANK_BOUND_ROWS; r++) {
        __m512i own;
        BROADCAST(own, (const int32_t *)(const void *)(x + (size_t)r * row_bytes));
        UNROLL for (int v = 0; v < KEPT_VECTORS; v++) {
            DOT(sum[r][v], own, w[v]);
        }
    }
}

// The sums of four registers' lanes, in the order of `tree`.
INLINE __m128 trees(const __m512 *lane) {
    const __m512 ab = _mm512_add_ps(_mm512_shuffle_f32x4(lane[0], lane[1], 0x44),
                                    _mm512_shuffle_f32x4(lane[0], lane[1], 0xee));
    const __m512 cd = _mm512_add_ps(_mm512_shuffle_f32x4(lane[2], lane[3], 0x44),
                                    _mm512_shuffle_f32x4(lane[2], lane[3], 0xee));
    const __m512 t4 =
        _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xdd));
    const __m512 t2 = _mm512_add_ps(t4, _mm512_permute_ps(t4, 0x4e));
    const __m512 t1 = _mm512_add_ps(t2, _mm512_permute_ps(t2, 0xb1));
    const __m512i places = _mm512_setr_epi32(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    return _mm512_castps512_ps128(_mm512_permutexvar_ps(places, t1));
}

TARGET __attribute__((noinline)) static void bound_tile(const job *job, const tile *here, tile *next, float *out) {
    const rank_bounds *bounds = job->bounds;
    const rank_record_tail *tail = rank_tail(job->record, bounds->row_bytes);
    const size_t row_bytes = bounds->row_bytes;
    const size_t step = row_bytes / RANK_BOUND_ROWS & ~(size_t)3;
    const int8_t *packed = bounds->packed;
    const uint8_t *x = here->x;
    const uint8_t *end = x + row_bytes;
    __m512i sum[RANK_BOUND_ROWS][KEPT_VECTORS];
    UNROLL for (int r = 0; r < RANK_BOUND_ROWS; r++) {
        UNROLL for (int v = 0; v < KEPT_VECTORS; v++) {
            sum[r][v] = _mm512_setzero_si512();
        }
    }
    NO_UNROLL for (int row = 0; row < RANK_BOUND_ROWS; row++) {
        activate(job, next, row);
        const uint8_t *stop = row + 1 < RANK_BOUND_ROWS ? x + step : end;
        NO_UNROLL for (; x < stop; x += 4) {
            add_units(x, row_bytes, packed, sum);
            packed += 4 * RANK_KEPT_OUTPUTS;
        }
    }
    const __m512 zero = _mm512_setzero_ps();
    __m512 lane[RANK_BOUND_ROWS];
    UNROLL for (int r = 0; r < RANK_BOUND_ROWS; r++) {
        lane[r] = here->column[r];
    }
    UNROLL for (int v = 0; v < KEPT_VECTORS; v++) {
        const __m512 scale = _mm512_loadu_ps(bounds->steps + v * WIDTH);
        const __m512 bias = _mm512_loadu_ps(tail->biases + v * WIDTH);
        const __m512 weight = _mm512_loadu_ps(bounds->output_weights + v * WIDTH);
        UNROLL for (int r = 0; r < RANK_BOUND_ROWS; r++) {
            const __m512 z = _mm512_max_ps(_mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[r][v]), scale, bias), zero);
            lane[r] = _mm512_fmadd_ps(z, weight, lane[r]);
        }
    }
    UNROLL for (int r = 0; r < RANK_BOUND_ROWS; r += 4) {
        _mm_storeu_ps(out + r, trees(lane + r));
    }
}

// Adds the constant and the distances' share.
INLINE void add_distances(const rank_bounds *bounds, const rank_record_tail *tail, const uint32_t *rows, size_t count,
                          const float *sums, float *out) {
    for (size_t index = 0; index < count; index++) {
        out[index] = __builtin_fmaf(tail->slope, bounds->distances[rows[index]], sums[index] + tail->constant);
    }
}

// The rows of the tile from `first` on, and those behind it; past the end the last candidate stands for others.
INLINE void aim(const job *job, tile *tile, size_t first) {
    for (int r = 0; r < RANK_BOUND_ROWS; r++) {
        tile->rows[r] = row_at(job, first + (size_t)r);
        tile->later[r] = row_at(job, first + RANK_BOUND_ROWS + (size_t)r);
    }
}

TARGET void rank_bound_rows_vnni(const rank_bounds *bounds, const uint8_t *record, const uint32_t *rows, size_t count,
                                 float *out) {
    const rank_record_tail *tail = rank_tail(record, bounds->row_bytes);
    const job job = {bounds, record, rows, count, tail->column_step};
    uint8_t x[2][RANK_BOUND_ROWS * MOST_ROW_BYTES] __attribute__((aligned(64)));
    tile turns[2];
    turns[0].x = x[0];
    turns[1].x = x[1];
    // The first rows come from memory at the same time.
    for (int r = 0; r < RANK_BOUND_ROWS; r++) {
        const uint8_t *row = row_at(&job, (size_t)r);
        for (size_t byte = 0; byte < bounds->row_bytes; byte += BLOCK_BYTES) {
            _mm_prefetch((const char *)(row + byte), _MM_HINT_T0);
        }
    }
    aim(&job, turns, 0);
    for (int r = 0; r < RANK_BOUND_ROWS; r++) {
        activate(&job, turns, r);
    }
    for (size_t done = 0, index = 0; done < count; done += RANK_BOUND_ROWS, index++) {
        tile *next = turns + ((index + 1) & 1);
        aim(&job, next, done + RANK_BOUND_ROWS);
        float sums[RANK_BOUND_ROWS];
        bound_tile(&job, turns + (index & 1), next, sums);
        const size_t left = count - done < RANK_BOUND_ROWS ? count - done : RANK_BOUND_ROWS;
        add_distances(bounds, tail, rows + done, left, sums, out + done);
    }
}
#endif
