// Bounds with AVX-512 VNNI: 12 candidates by up to 32 outputs, 8 by up to 48, 6 by up to 64, in 24 registers of sums.
//
// Where half of the last group is padding, its outputs take half a register, whose instructions take half the time on
// CPUs that compute 512 bits in two steps.
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
#define MOST_ROWS 12
#define MOST_SUMS 24
#define MOST_VECTORS (RANK_MOST_KEPT_OUTPUTS / WIDTH)
// The longest row whose activations are computed ahead.
#define MOST_ROW_BYTES 4096

_Static_assert(RANK_KEPT_GROUP == WIDTH, "a group of outputs takes a register");

// The sums of a tile: those of whole registers, and of half ones where there are any.
typedef struct sums {
    __m512i whole[MOST_SUMS];
    __m256i half[MOST_ROWS];
} sums;

// The activations of a tile and their column's sums.
typedef struct tile {
    uint8_t *x;
    __m512 column[MOST_ROWS];
    const uint8_t *rows[MOST_ROWS];
    // Rows to prefetch: of the tile behind the next one.
    const uint8_t *later[MOST_ROWS];
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

// The products of four units with every kept output: of `vectors` registers, and of half a one.
INLINE void add_units(const uint8_t *x, size_t row_bytes, const int8_t *packed, int rows, int vectors, bool has_half,
                      sums *sums) {
    __m512i w[MOST_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) {
        w[v] = _mm512_load_si512(packed + v * BLOCK_BYTES);
    }
    const __m256i rest = has_half ? _mm256_load_si256((const __m256i *)(const void *)(packed + vectors * BLOCK_BYTES))
                                  : _mm256_setzero_si256();
    UNROLL for (int r = 0; r < rows; r++) {
        __m512i own;
        BROADCAST(own, (const int32_t *)(const void *)(x + (size_t)r * row_bytes));
        UNROLL for (int v = 0; v < vectors; v++) {
            DOT(sums->whole[r * vectors + v], own, w[v]);
        }
        if (has_half) {
            DOT(sums->half[r], _mm512_castsi512_si256(own), rest);
        }
    }
}

// The numbers of a group of kept outputs.
typedef struct outputs {
    __m512 scale;
    __m512 bias;
    __m512 weight;
} outputs;

INLINE outputs outputs_of(const rank_bounds *bounds, const rank_record_tail *tail, int group) {
    return (outputs){
        .scale = _mm512_loadu_ps(bounds->steps + group * WIDTH),
        .bias = _mm512_loadu_ps(tail->biases + group * WIDTH),
        .weight = _mm512_loadu_ps(bounds->output_weights + group * WIDTH),
    };
}

// Adds w3·relu(ẑ) to a row's lanes.
INLINE __m512 add_outputs(outputs outputs, __m512i sum, __m512 lane) {
    const __m512 z =
        _mm512_max_ps(_mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), outputs.scale, outputs.bias), _mm512_setzero_ps());
    return _mm512_fmadd_ps(z, outputs.weight, lane);
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

// The bounds of a tile without constant and distances; `rows`, `vectors` and `has_half` are constants.
INLINE void bound_tile(const job *job, const tile *here, tile *next, int rows, int vectors, bool has_half, float *out) {
    const rank_bounds *bounds = job->bounds;
    const rank_record_tail *tail = rank_tail(job->record, bounds->row_bytes);
    const size_t row_bytes = bounds->row_bytes;
    const size_t step = row_bytes / (size_t)rows & ~(size_t)3;
    const int8_t *packed = bounds->packed;
    const uint8_t *x = here->x;
    const uint8_t *end = x + row_bytes;
    sums sums;
    UNROLL for (int place = 0; place < rows * vectors; place++) {
        sums.whole[place] = _mm512_setzero_si512();
    }
    UNROLL for (int r = 0; r < rows; r++) {
        sums.half[r] = _mm256_setzero_si256();
    }
    NO_UNROLL for (int row = 0; row < rows; row++) {
        activate(job, next, row);
        const uint8_t *stop = row + 1 < rows ? x + step : end;
        NO_UNROLL for (; x < stop; x += 4) {
            add_units(x, row_bytes, packed, rows, vectors, has_half, &sums);
            packed += (vectors + has_half) * BLOCK_BYTES;
        }
    }
    __m512 lane[MOST_ROWS];
    UNROLL for (int r = 0; r < MOST_ROWS; r++) {
        lane[r] = r < rows ? here->column[r] : _mm512_setzero_ps();
    }
    UNROLL for (int v = 0; v < vectors; v++) {
        const outputs outputs = outputs_of(bounds, tail, v);
        UNROLL for (int r = 0; r < rows; r++) {
            lane[r] = add_outputs(outputs, sums.whole[r * vectors + v], lane[r]);
        }
    }
    if (has_half) {
        const outputs outputs = outputs_of(bounds, tail, vectors);
        UNROLL for (int r = 0; r < rows; r++) {
            lane[r] = add_outputs(outputs, _mm512_zextsi256_si512(sums.half[r]), lane[r]);
        }
    }
    UNROLL for (int r = 0; r < rows; r += 4) {
        _mm_storeu_ps(out + r, trees(lane + r));
    }
}

#define BOUND_TILE(name, rows, vectors, has_half)                                                                      \
    TARGET __attribute__((noinline)) static void name(const job *job, const tile *here, tile *next, float *out) {      \
        bound_tile(job, here, next, rows, vectors, has_half, out);                                                     \
    }
BOUND_TILE(tile_of_8, 12, 0, true)
BOUND_TILE(tile_of_16, 12, 1, false)
BOUND_TILE(tile_of_24, 12, 1, true)
BOUND_TILE(tile_of_32, 12, 2, false)
BOUND_TILE(tile_of_40, 8, 2, true)
BOUND_TILE(tile_of_48, 8, 3, false)
BOUND_TILE(tile_of_56, 6, 3, true)
BOUND_TILE(tile_of_64, 6, 4, false)

// Tiles by the half groups of kept outputs, the first for one.
static const struct {
    size_t rows;
    void (*run)(const job *job, const tile *here, tile *next, float *out);
} shapes[] = {{12, tile_of_8}, {12, tile_of_16}, {12, tile_of_24}, {12, tile_of_32},
              {8, tile_of_40}, {8, tile_of_48},  {6, tile_of_56},  {6, tile_of_64}};

// Adds the constant and the distances' share.
INLINE void add_distances(const rank_bounds *bounds, const rank_record_tail *tail, const uint32_t *rows, size_t count,
                          const float *sums, float *out) {
    for (size_t index = 0; index < count; index++) {
        out[index] = __builtin_fmaf(tail->slope, bounds->distances[rows[index]], sums[index] + tail->constant);
    }
}

// The rows of the tile from `first` on, and those behind it; past the end the last candidate stands for others.
INLINE void aim(const job *job, tile *tile, size_t rows, size_t first) {
    for (size_t r = 0; r < rows; r++) {
        tile->rows[r] = row_at(job, first + r);
        tile->later[r] = row_at(job, first + rows + r);
    }
}

TARGET static void bound_rows(const rank_bounds *bounds, const uint8_t *record, const uint32_t *rows, size_t count,
                                 float *out) {
    const rank_record_tail *tail = rank_tail(record, bounds->row_bytes);
    const job job = {bounds, record, rows, count, tail->column_step};
    const size_t spare = bounds->padding >= WIDTH / 2 ? 1 : 0;
    const size_t shape = 2 * bounds->kept / WIDTH - spare - 1;
    const size_t height = shapes[shape].rows;
    uint8_t x[2][MOST_ROWS * MOST_ROW_BYTES] __attribute__((aligned(64)));
    tile turns[2];
    turns[0].x = x[0];
    turns[1].x = x[1];
    // The first rows come from memory at the same time.
    for (size_t r = 0; r < height; r++) {
        const uint8_t *row = row_at(&job, r);
        for (size_t byte = 0; byte < bounds->row_bytes; byte += BLOCK_BYTES) {
            _mm_prefetch((const char *)(row + byte), _MM_HINT_T0);
        }
    }
    aim(&job, turns, height, 0);
    for (size_t r = 0; r < height; r++) {
        activate(&job, turns, (int)r);
    }
    for (size_t done = 0, index = 0; done < count; done += height, index++) {
        tile *next = turns + ((index + 1) & 1);
        aim(&job, next, height, done + height);
        float sums[MOST_ROWS];
        shapes[shape].run(&job, turns + (index & 1), next, sums);
        const size_t left = count - done < height ? count - done : height;
        add_distances(bounds, tail, rows + done, left, sums, out + done);
    }
}

static bool has_vnni(void) {
    return __builtin_cpu_supports("avx512vnni");
}

const rank_bound_kernel rank_bounds_avx512_vnni = {
    .name = "avx512-vnni",
    .is_supported = has_vnni,
    .addends = 1,
    .bound_rows = bound_rows,
};
#endif
