// The checks of the program, one or more from each file.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "CRankKernels.h"

/// The counts of a check.
typedef struct counts {
    uint64_t checked;
    uint64_t failed;
} counts;

/// Counts one comparison; prints the first failures.
#define EXPECT(counts, condition, ...)                                                                                 \
    do {                                                                                                               \
        (counts)->checked++;                                                                                           \
        if (!(condition) && (counts)->failed++ < 10) {                                                                 \
            fprintf(stderr, __VA_ARGS__);                                                                              \
        }                                                                                                              \
    } while (0)

/// The bits of a float.
uint32_t bits_of(float value);

/// Scores of `level` under every plan, in random splits and at random places of tiles, with every kind of values, for
/// `shapes` random shapes of each, against the oracle of the level's profile.
void check_scores(counts *counts, rank_level level, uint32_t shapes);

/// Each activation of `level` at its edges and for `values` random floats of each kind, against its definition and the
/// real function.
void check_activations(counts *counts, rank_level level, uint32_t values);

/// Scores of a precision by the scalar kernel, and by those of AVX-512 VNNI where this processor has them, like
/// `check_scores`, and sums of integers at their bounds.
void check_integers(counts *counts, rank_precision precision, bool vectorized, uint32_t shapes);

/// The search of catalogues of `shapes` random shapes of each kind, by the kernels of `level`: what a block promises
/// of its items, and which items a search finds.
void check_catalogues(counts *counts, rank_level level, uint32_t shapes);

/// Bounds of a kernel of `level`, bit for bit, and the records and lines behind them, against the scalar kernels; and the
/// integers of weights that the kernel takes.
void check_certified(counts *counts, rank_level level, uint32_t kernel, uint32_t shapes);

/// The matrix product of `level` against its definition, on several threads.
void check_gemm(counts *counts, rank_level level);

/// The loops of training at `level` against their definitions, on several threads.
void check_training(counts *counts, rank_level level);

/// Ensembles of trees at `level` against the walk: `shapes` random ones beside those of every form, on rows at each
/// edge, by every path.
void check_trees(counts *counts, rank_level level, uint32_t shapes);

/// The work on lists before and after scoring, the same at every level.
void check_lists(counts *counts);

/// Teams of several sizes: each part of a loop runs once, and its writes are visible in the next loop.
void check_team(counts *counts);
