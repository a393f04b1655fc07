// The plans `factored` and `user-once` with AVX-512. Three things make this faster than one layer after another:
//
// - While one tile of candidates is summed, the first layer of the next tile is computed, sixteen units at a time, and
//   the rows of the tile after that are prefetched: additions and loads run beside the multiplications, which are the
//   limit.
// - Units are summed in blocks whose weights stay in the L1 cache for all tiles; the sums of a tile are in memory
//   between blocks. Storing and reloading a float changes no bit.
// - Units that are +0 in the whole tile are skipped (docs/reference/numerics.md says why no bit changes). The fewer
//   candidates a tile has, the more units are skipped; three candidates suffice to keep the multipliers busy.
//
// With activations other than relu the table has the finished activations of the first layer, and the sums of the
// second one are stored without an activation: `ready`, a constant of every function here. The rows that the next
// candidates' first layer will read are prefetched then.
#include "factored_avx512.h"

#if defined(__x86_64__)
#define AVX512_ALSO ",bmi,bmi2,popcnt"
#include "../isa/avx512.h"

// Volatile, which keeps the order: the compiler would hoist the broadcasts and spill sums.
#define BROADCAST(into, from) __asm__ volatile("vbroadcastss %1, %0" : "=v"(into) : "m"(*(from)))
#define FMA(sum, x, w) __asm__ volatile("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w))

#define SKIPPING_ROWS 3
#define SKIPPING_BLOCK 128
#define BLOCK 256

// A block of units of the first layer for one tile: activations, and the units that are summed.
typedef struct units {
    float h[RANK_TILE_ROWS][BLOCK] __attribute__((aligned(64)));
    uint32_t live[BLOCK + WIDTH];
    size_t count;
} units;

// A step of the work: a panel of the hidden layer, a block of units, a tile.
typedef struct place {
    uint32_t column;
    uint32_t unit;
    uint32_t tile;
    uint32_t row;
    int rows;
} place;

typedef struct job {
    const rank_network *network;
    const rank_matrix *hidden;
    // Not read with `ready`.
    const float *user_half;
    const float *table;
    // NULL for the table's rows in their order.
    const uint32_t *candidates;
    // Rows to prefetch with `ready`.
    rank_coming coming;
    float (*sums)[PANEL];
    float (*lanes)[RANK_LANES];
    float *out;
    size_t stride;
    // The first `longer` tiles have one row more than `rows`.
    uint32_t tiles;
    uint32_t rows;
    uint32_t longer;
    uint32_t block;
    // Sixteen set bits where dead units are summed like live ones.
    uint32_t keep;
} job;

INLINE int rows_of(const job *job, uint32_t tile) {
    return (int)(job->rows + (tile < job->longer));
}

INLINE bool advance(const job *job, place *at) {
    at->row += (uint32_t)at->rows;
    at->tile++;
    if (at->tile == job->tiles) {
        at->tile = 0;
        at->row = 0;
        at->unit += job->block;
        if (at->unit >= job->hidden->inputs) {
            at->unit = 0;
            at->column += PANEL;
        }
    }
    at->rows = rows_of(job, at->tile);
    return at->column < job->hidden->stride;
}

// The rows of a place, from its first unit on.
typedef struct source {
    const float *a;
    const float *c[RANK_TILE_ROWS];
    uint32_t units;
    int rows;
    // Rows to prefetch while the tile before is summed, with `ready`.
    const float *fetched[RANK_TILE_ROWS];
} source;

INLINE void aim(const job *job, const place *at, source *source, const bool ready) {
    const uint32_t left = job->hidden->inputs - at->unit;
    source->a = ready ? NULL : job->user_half + at->unit;
    source->units = left < job->block ? left : job->block;
    source->rows = at->rows;
    for (int r = 0; r < at->rows; r++) {
        const size_t row = ready ? at->row + (uint32_t)r : job->candidates[at->row + r];
        source->c[r] = job->table + row * job->stride + at->unit;
        if (ready) {
            const bool comes = row < job->coming.count && at->column == 0;
            source->fetched[r] =
                comes ? job->coming.table + job->coming.rows[row] * job->stride + at->unit : source->c[r];
        }
    }
}

// Computes sixteen units of the first layer from `unit` on for `rows` candidates: h = relu(a + c), or c with `ready`.
// Returns the union of their bits.
INLINE __m512i activate(const source *source, const struct source *later, units *into, uint32_t unit, const int rows,
                        const bool ready) {
    const __m512 a = ready ? _mm512_setzero_ps() : _mm512_loadu_ps(source->a + unit);
    __m512i any = _mm512_setzero_si512();
    for (int r = 0; r < rows; r++) {
        const __m512 c = _mm512_loadu_ps(source->c[r] + unit);
        // NaN and both zeros give the second operand, +0.
        __m512 h = ready ? c : _mm512_max_ps(_mm512_add_ps(a, c), _mm512_setzero_ps());
        _mm512_store_ps(into->h[r] + unit, h);
        any = _mm512_or_si512(any, _mm512_castps_si512(h));
        // Only a hint: the address may lie past the row.
        const uintptr_t row = (uintptr_t)(ready ? later->fetched : later->c)[r];
        _mm_prefetch((const char *)(row + unit * sizeof(float)), _MM_HINT_T0);
    }
    return any;
}

// `activate`, and the list of units to sum: returns their number so far.
INLINE size_t chunk(const source *source, const struct source *later, units *into, uint32_t unit, size_t count,
                    uint32_t keep, const bool ready) {
    const __m512i any = source->rows == SKIPPING_ROWS ? activate(source, later, into, unit, SKIPPING_ROWS, ready)
                                                      : activate(source, later, into, unit, source->rows, ready);
    const uint32_t left = source->units - unit;
    const uint32_t real = left < WIDTH ? (1u << left) - 1 : 0xffff;
    const uint32_t summed = (_mm512_test_epi32_mask(any, any) | keep) & real;
    const __m512i index = _mm512_add_epi32(_mm512_set1_epi32((int)unit),
                                           _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    _mm512_storeu_si512(into->live + count, _mm512_maskz_compress_epi32((__mmask16)summed, index));
    return count + (size_t)__builtin_popcount(summed);
}

// Adds one unit times its weights to the sums of all rows.
INLINE void add_unit(const float *packed, const units *from, uint32_t unit, __m512 (*sum)[VECTORS],
                     const int rows, const int vectors) {
    const float *weights = packed + (size_t)unit * (size_t)(vectors * WIDTH);
    __m512 w[VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) {
        w[v] = _mm512_load_ps(weights + v * WIDTH);
    }
    UNROLL for (int r = 0; r < rows; r++) {
        __m512 x;
        BROADCAST(x, &from->h[r][unit]);
        UNROLL for (int v = 0; v < vectors; v++) {
            FMA(sum[r][v], x, w[v]);
        }
    }
}

// The step after the last unit of a panel.
INLINE void finish(const job *job, const place *at, __m512 (*sum)[VECTORS], const int rows, const int vectors,
                   const bool ready) {
    const rank_network *network = job->network;
    const __m512 zero = _mm512_setzero_ps();
    if (ready || network->hidden_count > 1) {
        UNROLL for (int r = 0; r < rows; r++) {
            float *out = job->out + (at->row + r) * (size_t)job->hidden->stride + at->column;
            UNROLL for (int v = 0; v < vectors; v++) {
                _mm512_storeu_ps(out + v * WIDTH, ready ? sum[r][v] : _mm512_max_ps(sum[r][v], zero));
            }
        }
        return;
    }
    const float *weights = network->output_weights + at->column;
    const bool last = at->column + PANEL >= job->hidden->stride;
    UNROLL for (int r = 0; r < rows; r++) {
        float *waiting = job->lanes[at->row + r];
        __m512 lane = at->column ? _mm512_load_ps(waiting) : zero;
        UNROLL for (int v = 0; v < vectors; v++) {
            lane = _mm512_fmadd_ps(_mm512_max_ps(sum[r][v], zero), _mm512_loadu_ps(weights + v * WIDTH), lane);
        }
        if (last) {
            job->out[at->row + r] = tree(lane) + network->output_bias;
        } else {
            _mm512_store_ps(waiting, lane);
        }
    }
}

// Sums the units of `from` for the tile at `at`; computes the units of `next` from `source` and prefetches the rows of
// `later` meanwhile.
INLINE void tile(const job *job, const place *at, const units *from, const source *source, const struct source *later,
                 units *next, const int rows, const int vectors, const bool ready) {
    const rank_matrix *hidden = job->hidden;
    // Panels before this one are full; a row of this one has `vectors` vectors.
    const float *packed = hidden->packed + (size_t)hidden->inputs * at->column + (size_t)at->unit * (vectors * WIDTH);
    __m512 sum[RANK_TILE_ROWS][VECTORS];
    const bool first = at->unit == 0;
    const float *seeds = first ? hidden->bias + at->column : job->sums[at->row];
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            sum[r][v] = _mm512_loadu_ps(seeds + v * WIDTH);
        }
        seeds += first ? 0 : PANEL;
    }
    const uint32_t *live = from->live;
    const uint32_t *end = live + from->count;
    const uint32_t coming = source->units;
    const uint32_t chunks = (coming + WIDTH - 1) / WIDTH;
    // An eighth of the units is summed after the last chunk and hides its latency.
    const size_t step = chunks ? (from->count - from->count / 8) / chunks : 0;
    uint32_t unit = 0;
    size_t count = 0;
    NO_UNROLL for (; unit < coming; unit += WIDTH) {
        count = chunk(source, later, next, unit, count, job->keep, ready);
        const uint32_t *stop = live + step;
        NO_UNROLL for (; live < stop; live++) {
            add_unit(packed, from, *live, sum, rows, vectors);
        }
    }
    NO_UNROLL for (; live < end; live++) {
        add_unit(packed, from, *live, sum, rows, vectors);
    }
    next->count = count;
    if (at->unit + job->block < hidden->inputs) {
        UNROLL for (int r = 0; r < rows; r++) {
            UNROLL for (int v = 0; v < vectors; v++) {
                _mm512_store_ps(job->sums[at->row + r] + v * WIDTH, sum[r][v]);
            }
        }
    } else {
        finish(job, at, sum, rows, vectors, ready);
    }
}

#define TILE_OF(name, rows, ready)                                                                                     \
    TARGET __attribute__((noinline)) static void name##_##rows(const job *job, const place *at, const units *from,     \
                                                               const source *source, const struct source *later,       \
                                                               units *next) {                                          \
        switch (job->hidden->stride - at->column) {                                                                    \
        case WIDTH:                                                                                                   \
            tile(job, at, from, source, later, next, rows, 1, ready);                                                  \
            break;                                                                                                     \
        case 2 * WIDTH:                                                                                               \
            tile(job, at, from, source, later, next, rows, 2, ready);                                                  \
            break;                                                                                                     \
        case 3 * WIDTH:                                                                                               \
            tile(job, at, from, source, later, next, rows, 3, ready);                                                  \
            break;                                                                                                     \
        default:                                                                                                       \
            tile(job, at, from, source, later, next, rows, 4, ready);                                                  \
            break;                                                                                                     \
        }                                                                                                              \
    }

#define TILES_OF(name, ready)                                                                                          \
    TILE_OF(name, 1, ready)                                                                                            \
    TILE_OF(name, 2, ready)                                                                                            \
    TILE_OF(name, 3, ready)                                                                                            \
    TILE_OF(name, 4, ready)                                                                                            \
    TILE_OF(name, 5, ready)                                                                                            \
    TILE_OF(name, 6, ready)

TILES_OF(tile, false)
TILES_OF(ready, true)

typedef void tile_function(const job *job, const place *at, const units *from, const source *source,
                           const struct source *later, units *next);

static tile_function *const tiles_of[RANK_TILE_ROWS] = {tile_1, tile_2, tile_3, tile_4, tile_5, tile_6};
static tile_function *const ready_tiles_of[RANK_TILE_ROWS] = {ready_1, ready_2, ready_3, ready_4, ready_5, ready_6};

INLINE void factored(const rank_network *network, const rank_run *run, const rank_coming *coming, size_t at,
                     size_t count, float *scratch, float *out, const bool ready) {
    const bool skip = network->skip_dead_units && !ready;
    const uint32_t most = skip ? SKIPPING_ROWS : RANK_TILE_ROWS;
    const uint32_t tiles = (uint32_t)((count + most - 1) / most);
    const size_t group = rank_group_rows(network);
    const job job = {
        .network = network,
        .hidden = network->hidden,
        .user_half = run->user_half,
        .table = run->candidate_table,
        .candidates = ready ? NULL : run->candidate_rows + at,
        .coming = coming ? *coming : (rank_coming){0},
        .sums = (float (*)[PANEL])scratch,
        .lanes = (float (*)[RANK_LANES])(scratch + group * PANEL),
        .out = out,
        .stride = network->candidate_half.stride,
        .tiles = tiles,
        .rows = (uint32_t)count / tiles,
        .longer = (uint32_t)count % tiles,
        // A single tile reads each weight once whatever the blocks are.
        .block = skip && tiles > 1 ? SKIPPING_BLOCK : BLOCK,
        .keep = skip ? 0 : 0xffff,
    };
    units turns[2];
    units *from = turns;
    units *next = turns + 1;
    // No tile has more rows than the first: every pointer that is read has been set.
    place here = {.rows = rows_of(&job, 0)};
    source source;
    aim(&job, &here, &source, ready);
    struct source later = source;
    place following = here;
    bool more = advance(&job, &following);
    if (more) {
        aim(&job, &following, &later, ready);
    }
    from->count = 0;
    for (uint32_t unit = 0; unit < source.units; unit += WIDTH) {
        from->count = chunk(&source, &later, from, unit, from->count, job.keep, ready);
    }
    for (;;) {
        source = later;
        source.units = more ? source.units : 0;
        place last = following;
        const bool still_more = more && advance(&job, &last);
        if (still_more) {
            aim(&job, &last, &later, ready);
        }
        (ready ? ready_tiles_of : tiles_of)[here.rows - 1](&job, &here, from, &source, &later, next);
        if (!more) {
            return;
        }
        here = following;
        following = last;
        more = still_more;
        units *filled = next;
        next = from;
        from = filled;
    }
}

TARGET void rank_factored_avx512(const rank_network *network, const rank_run *run, size_t at, size_t count,
                                 float *scratch, float *out) {
    factored(network, run, NULL, at, count, scratch, out, false);
}

TARGET void rank_hidden_avx512(const rank_network *network, const float *activations, size_t count, float *scratch,
                               float *sums, const rank_coming *coming) {
    const rank_run run = {.candidate_table = activations};
    factored(network, &run, coming, 0, count, scratch, sums, true);
}
#endif
