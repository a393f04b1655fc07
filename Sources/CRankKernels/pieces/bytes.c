// Where the bytes of a row have the ranks that predicates ask for, and the thresholds that ranks are found with.
#include "pieces.h"

#include <stdlib.h>

void rank_list_asked(const rank_trees *trees, rank_asked *predicates) {
    for (uint32_t index = 0; index < trees->column_count; index++) {
        const rank_column *column = trees->columns + index;
        const uint8_t *lists = trees->ranks + column->ranks;
        rank_asked *next = predicates + column->predicate;
        for (uint32_t side = 0; side < 2; side++) {
            const uint32_t count = *lists++;
            for (uint32_t upper = 0; upper < count; upper++) {
                const uint32_t length = *lists++;
                for (uint32_t entry = 0; entry < length; entry++, lists++) {
                    const uint32_t place = index + side * trees->pieces.right;
                    *next++ = (rank_asked){(uint8_t)place, (uint8_t)(16 * upper + *lists)};
                }
            }
        }
    }
    for (uint32_t index = 0; index < trees->category_count; index++) {
        predicates[trees->categories[index].predicate] = (rank_asked){(uint8_t)(trees->column_count + index), 1};
    }
}

static int by_value(const void *left, const void *right) {
    const float a = *(const float *)left;
    const float b = *(const float *)right;
    return (a > b) - (a < b);
}

// Sorts the thresholds of a column, whose search has them as a tree; returns the floats that they take.
static uint32_t write_sorted(const rank_trees *trees, const rank_column *column, float *to) {
    const float *table = trees->thresholds + column->table;
    float *sorted = to + 16;
    uint32_t count = 0;
    for (uint32_t entry = 1; entry < 1u << column->levels; entry++) {
        if (table[entry] == table[entry]) {
            sorted[count++] = table[entry];
        }
    }
    qsort(sorted, count, sizeof *sorted, by_value);
    const uint32_t padded = count / 16 * 16 + 16;
    for (uint32_t index = count; index < padded; index++) {
        sorted[index] = __builtin_nanf("");
    }
    for (uint32_t index = 0; index < 16; index++) {
        to[index] = 16 * index + 15 < count ? sorted[16 * index + 15] : __builtin_nanf("");
    }
    return 16 + padded;
}

bool rank_make_sorted(rank_trees *trees) {
    rank_pieces *pieces = &trees->pieces;
    size_t floats = 0;
    for (uint32_t index = 0; index < trees->column_count; index++) {
        floats += 32 + (1u << trees->columns[index].levels);
    }
    pieces->first_sorted = rank_take(trees, trees->column_count, sizeof *pieces->first_sorted);
    pieces->sorted = rank_take(trees, floats, sizeof *pieces->sorted);
    if (!pieces->first_sorted || !pieces->sorted) {
        return false;
    }
    uint32_t next = 0;
    for (uint32_t index = 0; index < trees->column_count; index++) {
        pieces->first_sorted[index] = next;
        next += write_sorted(trees, trees->columns + index, pieces->sorted + next);
    }
    return true;
}
