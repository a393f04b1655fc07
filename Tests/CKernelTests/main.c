// Bit tests of the kernels in C alone, for emulated processors and for sanitizers: every level that this processor can
// run, against the oracle of its numeric profile.
//
//   kernel-tests [SHAPES]    with SHAPES random shapes for each kind of values (default 12); with 0 only the kernels that
//                            use several threads
//
// Prints a line for each level, one for each kind of kernels without levels, and the best level; exits with 1 when a
// bit differs.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"

uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static bool report(const char *what, const counts *counts) {
    printf("%-20s %8llu comparisons, %llu failed\n", what, (unsigned long long)counts->checked,
           (unsigned long long)counts->failed);
    return counts->failed > 0;
}

int main(int argument_count, char **arguments) {
    const long shapes = argument_count > 1 ? strtol(arguments[1], NULL, 10) : 12;
    if (argument_count > 2 || shapes < 0 || shapes > 10000) {
        fprintf(stderr, "usage: kernel-tests [SHAPES]\n");
        return 64;
    }
    bool failed = false;
    for (rank_level level = 0; level < rank_level_count(); level++) {
        if (!rank_level_supported(level)) {
            continue;
        }
        counts counts = {0};
        check_gemm(&counts, level);
        check_training(&counts, level);
        if (shapes > 0) {
            check_scores(&counts, level, (uint32_t)shapes);
            check_activations(&counts, level, 100 * (uint32_t)shapes);
            check_trees(&counts, level, (uint32_t)shapes);
        }
        failed |= report(rank_level_name(level), &counts);
        for (uint32_t kernel = rank_bound_kernel_from(level, 0); shapes > 0 && kernel != RANK_NO_BOUND_KERNEL;
             kernel = rank_bound_kernel_from(level, kernel + 1)) {
            counts = (struct counts){0};
            check_certified(&counts, level, kernel, (uint32_t)shapes);
            char what[32];
            snprintf(what, sizeof what, "bounds %s", rank_bound_kernel_name(level, kernel));
            failed |= report(what, &counts);
        }
    }
    for (int precision = RANK_PRECISION_INT16; precision <= RANK_PRECISION_INT8; precision++) {
        for (int vectorized = 0; shapes > 0 && vectorized <= rank_vnni_supported(); vectorized++) {
            counts counts = {0};
            check_integers(&counts, (rank_precision)precision, vectorized, (uint32_t)shapes);
            char what[32];
            snprintf(what, sizeof what, "%s%s", precision == RANK_PRECISION_INT16 ? "int16" : "int8",
                     vectorized ? " vnni" : "");
            failed |= report(what, &counts);
        }
    }
    for (rank_level level = 0; shapes > 0 && level < rank_level_count(); level++) {
        // Levels without kernels of their own take those of the level below.
        if (!rank_level_supported(level) || (level > 0 && !rank_catalogue_vectorized(level))) {
            continue;
        }
        counts counts = {0};
        check_catalogues(&counts, level, (uint32_t)shapes);
        char what[32];
        snprintf(what, sizeof what, "catalogue %s", rank_level_name(level));
        failed |= report(what, &counts);
    }
    counts counts = {0};
    check_lists(&counts);
    failed |= report("lists", &counts);
    counts = (struct counts){0};
    check_team(&counts);
    failed |= report("teams", &counts);
    printf("the best level is %s\n", rank_level_name(rank_level_best()));
    return failed ? 1 : 0;
}
