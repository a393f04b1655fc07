// Few rows. A row's ranks are the bytes of two or four registers: one permutation finds the ranks that the nodes of a
// unit ask for, one comparison decides all of them, and a permutation for each power of two follows the decisions.

#if defined(__x86_64__)
#define AVX512_ALSO ",avx512vbmi,popcnt,bmi"
#include "../isa/avx512.h"
#include "bytes_avx512.h"

// The numbers of exits, which follow themselves.
static const uint8_t exit_numbers[RANK_UNIT_LANES] __attribute__((aligned(64))) = {
    64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79,
    80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95,
    96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
    112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
};

// Rows that are scored together.
#define TILE 4

// The ranks of a row.
typedef struct row_bytes {
    __m512i registers[4];
} row_bytes;

INLINE row_bytes load_row(const rank_trees_run *run, size_t row, const bool is_wide) {
    const __m512i *from = (const __m512i *)((const uint8_t *)run->scratch + row * BYTES);
    return is_wide ? (row_bytes){{from[0], from[1], from[2], from[3]}} : (row_bytes){{from[0], from[1]}};
}

// Where each lane of a unit leads: 64 and more is an exit.
INLINE __m512i find_exits(const row_bytes *bytes, const uint8_t *unit, uint32_t doublings, const bool is_wide) {
    const __m512i *lanes = (const __m512i *)unit;
    __m512i ranks = _mm512_permutex2var_epi8(bytes->registers[0], lanes[0], bytes->registers[1]);
    if (is_wide) {
        const __m512i others = _mm512_permutex2var_epi8(bytes->registers[2], lanes[0], bytes->registers[3]);
        ranks = _mm512_mask_mov_epi8(ranks, _mm512_movepi8_mask(lanes[0]), others);
    }
    const __mmask64 right = _mm512_cmpge_epu8_mask(ranks, lanes[1]);
    __m512i next = _mm512_mask_mov_epi8(lanes[2], right, lanes[3]);
    const __m512i exits = _mm512_load_si512(exit_numbers);
    UNROLL for (uint32_t step = 0; step < 3; step++) {
        next = _mm512_permutex2var_epi8(next, next, exits);
    }
    if (doublings > 3) {
        next = _mm512_permutex2var_epi8(next, next, exits);
    }
    if (doublings > 4) {
        next = _mm512_permutex2var_epi8(next, next, exits);
    }
    return next;
}

// The sums of some rows.
typedef union row_sums {
    double doubles[TILE];
    float floats[TILE];
} row_sums;

INLINE void load_sums(row_sums *sums, const rank_trees_run *run, size_t row, const size_t rows, const bool is_double) {
    UNROLL for (size_t index = 0; index < rows; index++) {
        if (is_double) {
            sums->doubles[index] = run->double_margins[row + index];
        } else {
            sums->floats[index] = run->float_margins[row + index];
        }
    }
}

INLINE void store_sums(const row_sums *sums, const rank_trees_run *run, size_t row, const size_t rows,
                       const bool is_double) {
    UNROLL for (size_t index = 0; index < rows; index++) {
        if (is_double) {
            run->double_margins[row + index] = sums->doubles[index];
        } else {
            run->float_margins[row + index] = sums->floats[index];
        }
    }
}

INLINE void add_leaf(const void *leaves, size_t leaf, row_sums *sums, size_t row, const bool is_double) {
    if (is_double) {
        sums->doubles[row] += ((const double *)leaves)[leaf];
    } else {
        sums->floats[row] += ((const float *)leaves)[leaf];
    }
}

// Some rows of trees that are not cut. The sums stay in registers: in memory, an addition would wait for the last one.
INLINE void score_whole(const rank_trees *trees, const rank_trees_run *run, size_t row, const size_t rows,
                        const uint32_t width, const bool is_wide, const bool is_double) {
    const uint32_t members = RANK_UNIT_LANES / width;
    const uint32_t doublings = trees->pieces.doublings;
    const uint8_t *unit = trees->pieces.units;
    const char *leaves = trees->pieces.leaves;
    row_bytes bytes[TILE];
    UNROLL for (size_t index = 0; index < rows; index++) {
        bytes[index] = load_row(run, row + index, is_wide);
    }
    row_sums sums;
    load_sums(&sums, run, row, rows, is_double);
    for (uint32_t left = trees->source.tree_count; left > 0; left -= left < members ? left : members) {
        UNROLL for (size_t index = 0; index < rows; index++) {
            const __m512i exits = find_exits(bytes + index, unit, doublings, is_wide);
            uint8_t found[RANK_UNIT_LANES] __attribute__((aligned(64)));
            _mm512_store_si512(found, exits);
            // Trees that do not exist are not added: +0 would turn a sum of -0 into +0.
            UNROLL for (uint32_t member = 0; member < members; member++) {
                if (member < left) {
                    add_leaf(leaves, found[member * width] & (RANK_UNIT_LANES - 1), &sums, index, is_double);
                }
            }
        }
        unit += RANK_UNIT_BYTES;
        leaves += RANK_UNIT_LANES * (is_double ? sizeof(double) : sizeof(float));
    }
    store_sums(&sums, run, row, rows, is_double);
}

// Places for the leaves of rows and trees.
#define PLACES 1024

// Where rows are, [rows][trees]: 64 times the unit plus the exit; and the places whose exit leads to a piece.
typedef struct walk {
    uint32_t exits[PLACES];
    uint16_t open[PLACES + 1];
    uint32_t open_count;
} walk;

INLINE size_t leaf_size(const bool is_double) {
    return is_double ? sizeof(double) : sizeof(float);
}

// Notes the exit of a row in a unit.
INLINE void leave(const rank_trees *trees, walk *walk, uint32_t place, uint32_t unit, uint32_t exit,
                  const bool is_double) {
    const uint32_t at = unit * RANK_UNIT_LANES + exit;
    walk->exits[place] = at;
    _mm_prefetch((const char *)trees->pieces.leaves + at * leaf_size(is_double), _MM_HINT_T0);
    // The place behind the last one is written and not counted where the exit is a leaf.
    walk->open[walk->open_count] = (uint16_t)place;
    walk->open_count += exit >= trees->pieces.units[(size_t)unit * RANK_UNIT_BYTES + RANK_LEAF_COUNT];
}

// One step from piece to piece for all that are not at a leaf.
INLINE void follow(const rank_trees *trees, const rank_trees_run *run, uint32_t shift, walk *walk, const bool is_wide,
                   const bool is_double) {
    const rank_pieces *pieces = &trees->pieces;
    const uint32_t count = walk->open_count;
    walk->open_count = 0;
    for (uint32_t index = 0; index < count; index++) {
        const uint32_t place = walk->open[index];
        uint32_t piece;
        memcpy(&piece, (const char *)pieces->leaves + walk->exits[place] * leaf_size(is_double), sizeof piece);
        const uint32_t unit = piece / RANK_UNIT_LANES;
        const row_bytes bytes = load_row(run, place >> shift, is_wide);
        uint8_t found[RANK_UNIT_LANES] __attribute__((aligned(64)));
        _mm512_store_si512(found, find_exits(&bytes, pieces->units + (size_t)unit * RANK_UNIT_BYTES,
                                             pieces->doublings, is_wide));
        leave(trees, walk, place, unit, found[piece % RANK_UNIT_LANES] % RANK_UNIT_LANES, is_double);
    }
}

// Up to RANK_PIECE_ROWS rows of trees of which some are cut.
INLINE void score_cut(const rank_trees *trees, const rank_trees_run *run, const bool is_wide, const bool is_double) {
    const rank_pieces *pieces = &trees->pieces;
    uint32_t shift = 10;
    while ((run->count << shift) > PLACES) {
        shift--;
    }
    walk walk;
    for (uint32_t first = 0; first < trees->source.tree_count; first += 1u << shift) {
        const uint32_t rest = trees->source.tree_count - first;
        const uint32_t count = rest < 1u << shift ? rest : 1u << shift;
        walk.open_count = 0;
        for (uint32_t tree = 0; tree < count; tree++) {
            const uint8_t *unit = pieces->units + (size_t)(first + tree) * RANK_UNIT_BYTES;
            for (uint32_t row = 0; row < run->count; row++) {
                const row_bytes bytes = load_row(run, row, is_wide);
                const __m512i exits = find_exits(&bytes, unit, pieces->doublings, is_wide);
                const uint32_t exit = (uint32_t)_mm_cvtsi128_si32(_mm512_castsi512_si128(exits)) % RANK_UNIT_LANES;
                leave(trees, &walk, (row << shift) + tree, first + tree, exit, is_double);
            }
        }
        while (walk.open_count > 0) {
            follow(trees, run, shift, &walk, is_wide, is_double);
        }
        for (uint32_t row = 0; row < run->count; row++) {
            row_sums sums;
            load_sums(&sums, run, row, 1, is_double);
            for (uint32_t tree = 0; tree < count; tree++) {
                add_leaf(pieces->leaves, walk.exits[(row << shift) + tree], &sums, 0, is_double);
            }
            store_sums(&sums, run, row, 1, is_double);
        }
    }
}

INLINE void score_tiles(const rank_trees *trees, const rank_trees_run *run, const uint32_t width, const bool is_wide,
                        const bool is_double) {
    size_t row = 0;
    for (; row + TILE <= run->count; row += TILE) {
        score_whole(trees, run, row, TILE, width, is_wide, is_double);
    }
    for (; row < run->count; row++) {
        score_whole(trees, run, row, 1, width, is_wide, is_double);
    }
}

TARGET void rank_score_pieces_vbmi(const rank_trees *trees, const rank_trees_run *run) {
    for (size_t row = 0; row < run->count; row++) {
        find_bytes(trees, run, rank_row_of(run, row), (uint8_t *)run->scratch + row * BYTES);
        if (trees->is_double) {
            run->double_margins[row] = trees->source.base;
        } else {
            run->float_margins[row] = (float)trees->source.base;
        }
    }
    const bool is_wide = trees->pieces.right == 128;
    const bool is_double = trees->is_double;
    const uint32_t width = trees->pieces.is_cut ? 0 : trees->pieces.width;
#define SCORE(of, call, ...)                                                                                           \
    if (width == of) {                                                                                                 \
        if (is_wide && is_double) {                                                                                    \
            call(trees, run, __VA_ARGS__ true, true);                                                                  \
        } else if (is_wide) {                                                                                          \
            call(trees, run, __VA_ARGS__ true, false);                                                                 \
        } else if (is_double) {                                                                                        \
            call(trees, run, __VA_ARGS__ false, true);                                                                 \
        } else {                                                                                                       \
            call(trees, run, __VA_ARGS__ false, false);                                                                \
        }                                                                                                              \
    }
    SCORE(0, score_cut, )
    SCORE(16, score_tiles, 16, )
    SCORE(32, score_tiles, 32, )
    SCORE(64, score_tiles, 64, )
#undef SCORE
}
#endif
