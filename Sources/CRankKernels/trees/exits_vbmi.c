// Few rows of small trees. A row's ranks are the bytes of two or four registers: one permutation finds the ranks that
// 64 nodes ask for, one comparison decides all of them, and the words of those that lead right are and-ed.
#include "walk.h"

#if defined(__x86_64__)
#define AVX512_ALSO ",avx512vbmi,bmi"
#include "../isa/avx512.h"

#define BYTES (2 * RANK_EXIT_COLUMNS)

// The ranks of 16 columns from `first` on.
INLINE void find_ranks(const rank_trees *trees, uint32_t first, const float *values, __mmask16 zero_is_missing,
                       uint8_t *bytes) {
    const rank_exits *exits = &trees->exits;
    const __m512 nan = _mm512_set1_ps(__builtin_nanf(""));
    const __m512i one = _mm512_set1_epi32(1);
    __m512 x = _mm512_loadu_ps(values + first);
    const __mmask16 zeros =
        _mm512_mask_cmp_ps_mask(zero_is_missing, _mm512_abs_ps(x), _mm512_set1_ps(1e-35f), _CMP_LE_OQ);
    x = _mm512_mask_mov_ps(x, zeros, nan);
    const __mmask16 missing = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
    const __m512i levels = _mm512_loadu_si512(exits->levels + first);
    __m512i at = _mm512_loadu_si512(exits->tables + first);
    __m512i known = _mm512_setzero_si512();
    __m512i rank = known;
    for (int step = 0; step < 8; step++) {
        const __mmask16 asks = _mm512_cmpgt_epi32_mask(levels, _mm512_set1_epi32(step));
        if (!asks) {
            break;
        }
        const __m512i entry = _mm512_add_epi32(_mm512_add_epi32(at, known), _mm512_set1_epi32(1 << step));
        const __m512 threshold = _mm512_mask_i32gather_ps(nan, asks, entry, trees->thresholds, sizeof(float));
        const __mmask16 answers = _mm512_cmp_ps_mask(x, threshold, _CMP_GE_OQ);
        known = _mm512_mask_or_epi32(known, answers, known, _mm512_set1_epi32(1 << step));
        rank = _mm512_mask_add_epi32(rank, asks, rank, rank);
        rank = _mm512_mask_or_epi32(rank, answers, rank, one);
    }
    _mm_storeu_si128((__m128i *)(bytes + first), _mm512_cvtepi32_epi8(rank));
    rank = _mm512_mask_mov_epi32(rank, missing, _mm512_set1_epi32(255));
    _mm_storeu_si128((__m128i *)(bytes + exits->right + first), _mm512_cvtepi32_epi8(rank));
}

TARGET static void find_bytes(const rank_trees *trees, const rank_trees_run *run, const void *row, uint8_t *bytes) {
    float values[RANK_EXIT_COLUMNS + 16] = {0};
    uint16_t zero_is_missing[RANK_EXIT_COLUMNS / 16 + 1] = {0};
    for (uint32_t index = 0; index < trees->column_count; index++) {
        const rank_column *column = trees->columns + index;
        values[index] = rank_value_of(run, row, &column->place);
        zero_is_missing[index / 16] |= (uint16_t)(column->zero_is_missing << index % 16);
    }
    for (uint32_t first = 0; first < trees->column_count; first += 16) {
        find_ranks(trees, first, values, zero_is_missing[first / 16], bytes);
    }
    for (uint32_t index = 0; index < trees->category_count; index++) {
        const rank_category *category = trees->categories + index;
        const float x = rank_value_of(run, row, &category->place);
        bytes[trees->column_count + index] =
            rank_category_goes_right(&trees->source, category->set, category->flags, x);
    }
}

// Which of 64 nodes lead right.
INLINE __mmask64 decide(const __m512i *bytes, const uint8_t *unit, const bool is_wide) {
    const __m512i places = _mm512_load_si512(unit);
    __m512i ranks = _mm512_permutex2var_epi8(bytes[0], places, bytes[1]);
    if (is_wide) {
        const __m512i others = _mm512_permutex2var_epi8(bytes[2], places, bytes[3]);
        ranks = _mm512_mask_mov_epi8(ranks, _mm512_movepi8_mask(places), others);
    }
    return _mm512_cmpge_epu8_mask(ranks, _mm512_load_si512(unit + 128));
}

// In each lane of 16 bytes, the words of a and of b in turn, half as many of each: and-ed with each other.
INLINE __m512i and_32(__m512i a, __m512i b) {
    return _mm512_and_si512(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
}

INLINE __m512i and_64(__m512i a, __m512i b) {
    return _mm512_and_si512(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
}

// The four lanes, and-ed.
INLINE __m128i and_lanes(__m512i x) {
    const __m256i half = _mm256_and_si256(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
    return _mm_and_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

// Four trees of at most 32 leaves.
INLINE void find_exits_32(const __m512i *bytes, const uint8_t *unit, uint64_t *exits, const bool is_wide) {
    const __m512i *words = (const __m512i *)(unit + 256);
    const __m512i all = _mm512_set1_epi32(-1);
    __m512i left[4];
    UNROLL for (int pair = 0; pair < 2; pair++) {
        const __mmask64 right = decide(bytes, unit + 64 * pair, is_wide);
        UNROLL for (int tree = 0; tree < 2; tree++) {
            const __m512i first = _mm512_mask_mov_epi32(all, (__mmask16)(right >> 32 * tree), words[0]);
            left[2 * pair + tree] =
                _mm512_mask_and_epi32(first, (__mmask16)(right >> (32 * tree + 16)), first, words[1]);
            words += 2;
        }
    }
    // Each step halves the words of a tree.
    const __m512i lows = and_32(left[0], left[1]);
    const __m512i highs = and_32(left[2], left[3]);
    const __m128i all_four = and_lanes(and_64(lows, highs));
    const uint64_t low = (uint64_t)_mm_cvtsi128_si64(all_four);
    const uint64_t high = (uint64_t)_mm_extract_epi64(all_four, 1);
    exits[0] = (uint32_t)low;
    exits[1] = low >> 32;
    exits[2] = (uint32_t)high;
    exits[3] = high >> 32;
}

// Two trees of at most 64 leaves.
INLINE void find_exits_64(const __m512i *bytes, const uint8_t *unit, uint64_t *exits, const bool is_wide) {
    const __m512i *words = (const __m512i *)(unit + 256);
    __m512i left[2];
    UNROLL for (int tree = 0; tree < 2; tree++) {
        const __mmask64 right = decide(bytes, unit + 64 * tree, is_wide);
        left[tree] = _mm512_mask_mov_epi64(_mm512_set1_epi64(-1), (__mmask8)right, *words++);
        UNROLL for (int part = 1; part < 8; part++) {
            left[tree] = _mm512_mask_and_epi64(left[tree], (__mmask8)(right >> 8 * part), left[tree], *words++);
        }
    }
    const __m128i both = and_lanes(and_64(left[0], left[1]));
    exits[0] = (uint64_t)_mm_cvtsi128_si64(both);
    exits[1] = (uint64_t)_mm_extract_epi64(both, 1);
}

INLINE void score(const rank_trees *trees, const rank_trees_run *run, const uint32_t width, const bool is_wide,
                  const bool is_double) {
    const uint32_t members = 128 / width;
    const uint8_t *unit = trees->exits.units;
    for (uint32_t tree = 0; tree < trees->source.tree_count; tree += members) {
        const uint32_t rest = trees->source.tree_count - tree;
        const uint32_t count = rest < members ? rest : members;
        const double *double_leaves = (const double *)trees->exits.leaves + (is_double ? (size_t)tree * width : 0);
        const float *float_leaves = (const float *)trees->exits.leaves + (is_double ? 0 : (size_t)tree * width);
        for (size_t row = 0; row < run->count; row++) {
            const __m512i *bytes = (const __m512i *)((const uint8_t *)run->scratch + row * BYTES);
            uint64_t exits[4];
            if (width == 32) {
                find_exits_32(bytes, unit, exits, is_wide);
            } else {
                find_exits_64(bytes, unit, exits, is_wide);
            }
            // Trees that do not exist are not added: +0 would turn a sum of -0 into +0.
            double double_sum = is_double ? run->double_margins[row] : 0;
            float float_sum = is_double ? 0 : run->float_margins[row];
            UNROLL for (uint32_t member = 0; member < members; member++) {
                if (member < count) {
                    const size_t leaf = member * width + (uint32_t)__builtin_ctzll(exits[member]);
                    double_sum += is_double ? double_leaves[leaf] : 0;
                    float_sum += is_double ? 0 : float_leaves[leaf];
                }
            }
            if (is_double) {
                run->double_margins[row] = double_sum;
            } else {
                run->float_margins[row] = float_sum;
            }
        }
        unit += rank_exit_unit_bytes(&trees->exits);
    }
}

TARGET void rank_score_exits_vbmi(const rank_trees *trees, const rank_trees_run *run) {
    for (size_t row = 0; row < run->count; row++) {
        find_bytes(trees, run, rank_row_of(run, row), (uint8_t *)run->scratch + row * BYTES);
        if (trees->is_double) {
            run->double_margins[row] = trees->source.base;
        } else {
            run->float_margins[row] = (float)trees->source.base;
        }
    }
    const bool is_wide = trees->exits.right == 128;
    const bool is_double = trees->is_double;
#define SCORE(of, wide, doubled)                                                                                       \
    if (trees->exits.width == of && is_wide == wide && is_double == doubled) {                                         \
        score(trees, run, of, wide, doubled);                                                                          \
    }
    SCORE(32, false, false)
    SCORE(32, false, true)
    SCORE(32, true, false)
    SCORE(32, true, true)
    SCORE(64, false, false)
    SCORE(64, false, true)
    SCORE(64, true, false)
    SCORE(64, true, true)
#undef SCORE
}
#endif
