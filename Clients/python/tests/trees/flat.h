// The flat files that tree_kernels.py writes: an ensemble, rows, and their sums by the library that it is of.
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "rank_trees.h"

// What a file begins with.
struct counts {
    uint64_t features, trees, nodes, leaves, is_double, offsets, words, rows;
};

// The next `bytes` of a file, whose parts begin at multiples of 64 bytes.
static inline const void *next(const char **at, size_t bytes) {
    const char *part = *at;
    *at += (bytes + 63) / 64 * 64;
    return part;
}

static inline char *contents(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) return NULL;
    long size = ftell(file);
    char *bytes = size < 0 ? NULL : aligned_alloc(64, ((size_t)size + 63) / 64 * 64);
    rewind(file);
    if (bytes != NULL && fread(bytes, 1, (size_t)size, file) != (size_t)size) {
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    return bytes;
}

// What a file holds, as long as its bytes are kept.
struct flat {
    struct counts counts;
    rank_trees_source source;
    const float *rows;
    const void *expected;
};

static inline struct flat flat_of(const char *bytes) {
    const char *at = bytes;
    const struct counts *counts = next(&at, sizeof *counts);
    const double *base = next(&at, sizeof *base);
    struct flat flat = {.counts = *counts};
    rank_trees_source *source = &flat.source;
    source->features = (uint32_t)counts->features;
    source->tree_count = (uint32_t)counts->trees;
    source->base = *base;
    source->first_node = next(&at, 4 * (counts->trees + 1));
    source->first_leaf = next(&at, 4 * (counts->trees + 1));
    source->feature = next(&at, 4 * counts->nodes);
    source->threshold = next(&at, 4 * counts->nodes);
    source->flags = next(&at, counts->nodes);
    source->left = next(&at, 4 * counts->nodes);
    source->right = next(&at, 4 * counts->nodes);
    if (counts->offsets != 0) {
        source->set = next(&at, 4 * counts->nodes);
        source->set_offsets = next(&at, 4 * counts->offsets);
        source->set_words = next(&at, 4 * counts->words);
    }
    const size_t width = counts->is_double ? 8 : 4;
    const void *leaves = next(&at, width * counts->leaves);
    if (counts->is_double) source->double_leaves = leaves;
    else source->float_leaves = leaves;
    flat.rows = next(&at, 4 * counts->rows * counts->features);
    flat.expected = next(&at, width * counts->rows);
    return flat;
}
