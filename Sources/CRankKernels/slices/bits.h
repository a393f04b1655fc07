// Words of predicates to the numbers of the leaves: a byte for each row and tree.
#pragma once

#include "masks.h"

// Writes the numbers whose bits are eight words, the lowest first.
INLINE void write_numbers(const word *planes, uint8_t *to) {
    word a[8];
    word b[8];
    UNROLL for (int bit = 0; bit < 8; bit++) {
        a[bit ^ PLANE_FLIP] = planes[bit];
    }
    UNROLL for (int pair = 0; pair < 4; pair++) {
        b[pair] = interleave_low_8(a[2 * pair], a[2 * pair + 1]);
        b[4 + pair] = interleave_high_8(a[2 * pair], a[2 * pair + 1]);
    }
    // From here on v = 4 a + 2 b + c, each bit from one interleaving.
    UNROLL for (int high = 0; high < 2; high++) {
        const word *from = b + 4 * high;
        a[4 * high] = interleave_low_16(from[0], from[1]);
        a[4 * high + 1] = interleave_low_16(from[2], from[3]);
        a[4 * high + 2] = interleave_high_16(from[0], from[1]);
        a[4 * high + 3] = interleave_high_16(from[2], from[3]);
    }
    UNROLL for (int v = 0; v < 8; v += 2) {
        ((word *)to)[v] = transpose_bits(interleave_low_32(a[v], a[v + 1]));
        ((word *)to)[v + 1] = transpose_bits(interleave_high_32(a[v], a[v + 1]));
    }
}

// The predicates of a template's level, in heap order from `heap` on, of which the bits above choose one for each row.
#define SELECT(count, half)                                                                                            \
    INLINE word select_##count(const word *table, const uint32_t *heap, const word *above) {                           \
        return mux(above[0], select_##half(table, heap + half, above + 1), select_##half(table, heap, above + 1));     \
    }
INLINE word select_1(const word *table, const uint32_t *heap, const word *above) {
    (void)above;
    return table[*heap];
}
SELECT(2, 1)
SELECT(4, 2)
SELECT(8, 4)
SELECT(16, 8)
SELECT(32, 16)
SELECT(64, 32)
SELECT(128, 64)
#undef SELECT

// A tree in heap order: one bit of the leaf's number after the other, the highest first.
INLINE void run_template(const word *table, const uint32_t *heap, uint8_t *numbers, const int depth) {
    word above[8];
    above[0] = select_1(table, heap, above);
#define LEVEL(level, count)                                                                                            \
    if (level < depth) {                                                                                               \
        above[level] = select_##count(table, heap + count - 1, above);                                                 \
    }
    LEVEL(1, 2)
    LEVEL(2, 4)
    LEVEL(3, 8)
    LEVEL(4, 16)
    LEVEL(5, 32)
    LEVEL(6, 64)
    LEVEL(7, 128)
#undef LEVEL
    word planes[8] = {{0}};
    UNROLL for (int bit = 0; bit < depth; bit++) {
        planes[bit] = above[depth - 1 - bit];
    }
    write_numbers(planes, numbers);
}

#define TEMPLATE(depth)                                                                                                \
    TARGET __attribute__((noinline)) static void template_##depth(const word *table, const uint32_t *heap,             \
                                                                  uint8_t *numbers) {                                  \
        run_template(table, heap, numbers, depth);                                                                     \
    }
TEMPLATE(1)
TEMPLATE(2)
TEMPLATE(3)
TEMPLATE(4)
TEMPLATE(5)
TEMPLATE(6)
TEMPLATE(7)
TEMPLATE(8)
#undef TEMPLATE

static void (*const templates[])(const word *, const uint32_t *, uint8_t *) = {
    NULL, template_1, template_2, template_3, template_4, template_5, template_6, template_7, template_8};

// slot[p] = "the leaf's number is at least p", for the trees of a program.
INLINE void run_records(const word *table, const rank_record *records, uint32_t count, word *slots) {
    for (const rank_record *end = records + count; records < end; records++) {
        // One load: loads are the limit.
        uint64_t record;
        memcpy(&record, records, sizeof record);
        const uint32_t left = record >> 32 & 0xff;
        const uint32_t right = record >> 40 & 0xff;
        const uint32_t to = record >> 48 & 0xff;
        slots[to] = or_and(slots[right], slots[left], table[(uint32_t)record]);
    }
}

// Bit b of the number is the parity of the slots that are multiples of 2^b: of the even ones bit b + 1, and the odd
// ones. `slot` is the place of slot 0.
INLINE void number_of_slots(word *slot, const rank_leaves *leaves, uint8_t *numbers, const int bits) {
    const word none = {0};
    for (uint32_t absent = leaves->count; absent < 1u << bits; absent++) {
        slot[absent] = none;
    }
    word planes[8] = {{0}};
    word parity = none;
    UNROLL for (int bit = bits - 1; bit >= 0; bit--) {
        if (bits - bit <= 5) {
            UNROLL for (int at = 1 << bit; at < 1 << bits; at += 2 << bit) {
                parity ^= slot[at];
            }
        } else {
            word other = none;
            NO_UNROLL for (int at = 1 << bit; at < 1 << bits; at += 4 << bit) {
                parity ^= slot[at];
                other ^= slot[at + (2 << bit)];
            }
            parity ^= other;
        }
        planes[bit] = parity;
    }
    write_numbers(planes, numbers);
}

TARGET static void run_thermometer(const rank_trees *trees, const rank_program *program, const word *table, word *slots,
                                   uint8_t *numbers) {
    run_records(table, trees->records + program->first, program->record_count, slots);
    for (uint32_t member = 0; member < program->tree_count; member++) {
        const rank_leaves *leaves = trees->leaves + program->tree + member;
        word *slot = slots + leaves->slot;
        switch (leaves->bits) {
#define NUMBER(bits)                                                                                                   \
    case bits:                                                                                                         \
        number_of_slots(slot, leaves, numbers, bits);                                                                  \
        break;
            NUMBER(1)
            NUMBER(2)
            NUMBER(3)
            NUMBER(4)
            NUMBER(5)
            NUMBER(6)
            NUMBER(7)
            NUMBER(8)
#undef NUMBER
        default:
            break;
        }
        numbers += WORD_ROWS;
    }
}
