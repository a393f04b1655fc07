// Scores the rows of flat files, which tree_kernels.py writes, by every kernel and path of this CPU, and compares the sums
// with those of the libraries that the ensembles are of. Ends with 1 where a bit differs.
//
//     kernels FILE...

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flat.h"

// How many of the rows get other bits, or -1 when out of memory: lists of various lengths, one behind the other.
static long differing(const rank_trees_source *source, const struct counts *counts, rank_trees_plan plan,
                      const float *rows, const char *expected, char *found) {
    const size_t lengths[] = {500, 512, 1, 7, 100, 1024, 15}, width = counts->is_double ? 8 : 4;
    rank_trees *trees = rank_trees_make(source, &plan);
    char *scratch = trees == NULL ? NULL : aligned_alloc(64, (rank_trees_scratch_bytes(trees) + 64) / 64 * 64);
    long wrong = scratch == NULL ? -1 : 0;
    for (size_t start = 0, turn = 0; scratch != NULL && start < counts->rows; turn++) {
        size_t left = counts->rows - start, count = lengths[turn % 7] < left ? lengths[turn % 7] : left;
        rank_trees_run run = {.rows = rows + start * counts->features, .stride = counts->features, .count = count};
        run.scratch = scratch;
        if (counts->is_double) run.double_margins = (double *)found + start;
        else run.float_margins = (float *)found + start;
        rank_trees_score(trees, &run);
        start += count;
    }
    for (size_t row = 0; wrong >= 0 && row < counts->rows; row++) {
        wrong += memcmp(found + row * width, expected + row * width, width) != 0;
    }
    free(scratch);
    rank_trees_free(trees);
    return wrong;
}

// Runs every kernel and path over a file; false where one differs.
static bool check(const char *path) {
    char *bytes = contents(path);
    if (bytes == NULL) return false;
    const struct flat flat = flat_of(bytes);
    const struct counts *counts = &flat.counts;
    const size_t width = counts->is_double ? 8 : 4;
    char *found = malloc(width * counts->rows);
    bool is_same = found != NULL;
    printf("%s:", strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1);
    for (rank_level level = 0; is_same && level < rank_level_count(); level++) {
        if (!rank_level_supported(level)) continue;
        long wrong = 0;
        for (int plan = 0; plan < 6 && wrong == 0; plan++) {
            memset(found, 0xee, width * counts->rows);
            const rank_trees_plan own = {level, (rank_trees_path)(plan % 3), plan >= 3};
            wrong = differing(&flat.source, counts, own, flat.rows, flat.expected, found);
        }
        printf(" %s %s", rank_level_name(level), wrong == 0 ? "equal" : "DIFFERS");
        is_same = wrong == 0;
    }
    printf("\n");
    fflush(stdout);
    free(found);
    free(bytes);
    return is_same;
}

int main(int count, char **paths) {
    int wrong = 0;
    for (int index = 1; index < count; index++) wrong += !check(paths[index]);
    return wrong > 0;
}
