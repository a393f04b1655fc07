// Categories to words: like ranks, they are numbers of eight bits, in pages of 256, and a set is the union of some.
#pragma once

#include "masks.h"

// No set lists it: none has 2^27 words.
#define NO_CATEGORY UINT32_MAX

INLINE uint32_t category_of(float x, uint8_t flags) {
    const bool is_fraction = (flags & RANK_NODE_NEGATIVE_FRACTION) && x > -1 && x < 0;
    const bool is_number = x >= 0 && x < 0x1p32f;
    return is_number ? (uint32_t)x : is_fraction ? 0 : NO_CATEGORY;
}

// The rows of a page by the upper and the lower four bits of their categories.
typedef struct category_bits {
    word upper[16];
    word lower[16];
} category_bits;

INLINE void exactly(const word *bits, word *exact) {
    word least[17];
    at_least(bits, least);
    UNROLL for (int number = 0; number < 16; number++) {
        exact[number] = least[number] & ~least[number + 1];
    }
}

// The rows whose category is in a page.
INLINE void page_bits(const uint32_t *categories, uint32_t page, uint8_t *bytes, category_bits *bits) {
    word in_page = {0};
    for (size_t group = 0; group < WORD_ROWS / 16; group++) {
        uint32_t is_in = 0;
        UNROLL for (size_t row = 0; row < 16; row++) {
            const uint32_t category = categories[16 * group + row];
            bytes[16 * group + row] = (uint8_t)category;
            is_in |= (uint32_t)(category / 256 == page) << row;
        }
        const uint16_t half = (uint16_t)is_in;
        memcpy(bits_of_group(&in_page, group), &half, sizeof half);
    }
    word planes[8];
    word highest_first[8];
    find_planes(bytes, planes);
    UNROLL for (int bit = 0; bit < 8; bit++) {
        highest_first[bit] = planes[7 - bit];
    }
    exactly(highest_first, bits->upper);
    exactly(highest_first + 4, bits->lower);
    UNROLL for (int upper = 0; upper < 16; upper++) {
        bits->upper[upper] &= in_page;
    }
}

// The rows of a page that a set lists.
INLINE word listed_rows(const rank_trees_source *source, uint32_t set, uint32_t page, const category_bits *bits) {
    word listed = {0};
    for (uint32_t upper = 0; upper < 16; upper++) {
        const uint32_t at = source->set_offsets[set] + 8 * page + upper / 2;
        if (at >= source->set_offsets[set + 1]) {
            break;
        }
        word of_upper = {0};
        for (uint32_t lower = source->set_words[at] >> upper % 2 * 16 & 0xffff; lower; lower &= lower - 1) {
            of_upper |= bits->lower[__builtin_ctz(lower)];
        }
        listed = or_and(listed, bits->upper[upper], of_upper);
    }
    return listed;
}

// The rows that a set lists, one after the other.
TARGET static word listed_row_by_row(const rank_trees_source *source, uint32_t set, const uint32_t *categories) {
    const uint32_t *words = source->set_words + source->set_offsets[set];
    const uint32_t count = rank_set_words(source, set);
    word listed = {0};
    for (size_t group = 0; group < WORD_ROWS / 16; group++) {
        uint32_t bits = 0;
        for (size_t row = 0; row < 16; row++) {
            const uint32_t category = categories[16 * group + row];
            const bool is_listed = category / 32 < count && (words[category / 32] >> category % 32 & 1);
            bits |= (uint32_t)is_listed << row;
        }
        const uint16_t half = (uint16_t)bits;
        memcpy(bits_of_group(&listed, group), &half, sizeof half);
    }
    return listed;
}

// The words of predicates about one feature, from `from` to `end`, that agree on what a negative fraction is.
TARGET static void category_masks(const rank_trees *trees, const block *block, const rank_category *from,
                                  const rank_category *end, uint8_t *bytes, word *table) {
    const rank_trees_source *source = &trees->source;
    const char *first = block->rows + place_in_rows(&from->place, block) * sizeof(float);
    const word none = {0};
    word missing = none;
    uint32_t categories[WORD_ROWS];
    for (size_t row = 0; row < WORD_ROWS; row++) {
        const float x = row < block->count ? rank_float_at(first + row * block->stride, 0) : 0;
        categories[row] = category_of(x, from->flags);
        uint16_t bits;
        memcpy(&bits, bits_of_group(&missing, row / 16), sizeof bits);
        bits |= (uint16_t)(isnan(x) << row % 16);
        memcpy(bits_of_group(&missing, row / 16), &bits, sizeof bits);
    }
    uint32_t words = 0;
    for (const rank_category *category = from; category < end; category++) {
        const uint32_t own = rank_set_words(source, category->set);
        const bool is_long = own > RANK_PAGED_WORDS;
        words = !is_long && own > words ? own : words;
        table[category->predicate] = is_long ? listed_row_by_row(source, category->set, categories) : none;
    }
    for (uint32_t page = 0; 8 * page < words; page++) {
        category_bits bits;
        page_bits(categories, page, bytes, &bits);
        for (const rank_category *category = from; category < end; category++) {
            if (rank_set_words(source, category->set) <= RANK_PAGED_WORDS) {
                table[category->predicate] |= listed_rows(source, category->set, page, &bits);
            }
        }
    }
    for (const rank_category *category = from; category < end; category++) {
        const word listed = table[category->predicate];
        const word right = category->flags & RANK_NODE_LISTED_LEFT ? ~listed : listed;
        table[category->predicate] =
            category->flags & RANK_NODE_MISSING_RIGHT ? right | missing : right & ~missing;
    }
}

// The words of all categorical predicates that the rows of a block decide.
TARGET static void block_categories(const rank_trees *trees, const block *block, uint8_t *bytes, word *table) {
    const rank_category *end = trees->categories + trees->category_count;
    for (const rank_category *from = trees->categories, *next; from < end; from = next) {
        for (next = from + 1; next < end && next->place.feature == from->place.feature &&
                              !((next->flags ^ from->flags) & RANK_NODE_NEGATIVE_FRACTION);) {
            next++;
        }
        if (!block->has_query || !from->place.is_query) {
            category_masks(trees, block, from, next, bytes, table);
        }
    }
}
