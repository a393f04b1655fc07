// Nodes that ask the same of the same feature share a predicate.
#include "trees.h"

#include <stdlib.h>

enum { PLAIN, ZERO_IS_MISSING, CATEGORY };

// A node's question. Equal ones have equal `group` and `detail`; sorted, those of a column follow one another with
// ascending thresholds.
typedef struct question {
    // The feature, and one of the kinds above.
    uint64_t group;
    // The threshold's key and the side of missing values, or the set and the flags.
    uint64_t detail;
    uint32_t node;
} question;

static int by_question(const void *left, const void *right) {
    const question *a = left;
    const question *b = right;
    if (a->group != b->group) {
        return a->group < b->group ? -1 : 1;
    }
    return a->detail < b->detail ? -1 : a->detail > b->detail;
}

static bool is_same(const question *a, const question *b) {
    return a->group == b->group && a->detail == b->detail;
}

static question question_of(const rank_trees_source *source, uint32_t node) {
    const uint8_t flags = source->flags[node];
    const uint64_t feature = (uint64_t)source->feature[node] << 32;
    if (flags & RANK_NODE_CATEGORICAL) {
        return (question){feature | CATEGORY, (uint64_t)source->set[node] << 32 | flags, node};
    }
    const int32_t key = flags & RANK_NODE_NEVER ? RANK_KEY_NEVER : rank_key_of(source->threshold[node]);
    const bool on_right = flags & RANK_NODE_MISSING_RIGHT;
    return (question){
        .group = feature | (flags & RANK_NODE_ZERO_IS_MISSING ? ZERO_IS_MISSING : PLAIN),
        .detail = (uint64_t)((uint32_t)key ^ 0x80000000u) << 1 | on_right,
        .node = node,
    };
}

static int32_t key_of(const question *question) {
    return (int32_t)((uint32_t)(question->detail >> 1) ^ 0x80000000u);
}

static bool is_on_right(const question *question) {
    return question->detail & 1;
}

rank_place rank_place_of(const rank_trees_source *source, uint32_t feature) {
    rank_place place = {.feature = feature, .whole = feature};
    uint32_t of_query = 0;
    for (uint32_t before = 0; source->is_query && before < feature; before++) {
        of_query += source->is_query[before];
    }
    place.is_query = source->is_query && source->is_query[feature];
    place.apart = place.is_query ? of_query : feature - of_query;
    return place;
}

// Writes the tables of the search among `count` ascending thresholds, and returns their floats.
static uint32_t write_tables(float *tables, uint32_t levels, const float *thresholds, uint32_t count) {
    for (uint32_t level = 0; level < levels; level++) {
        const uint32_t step = 1u << (levels - level);
        for (uint32_t known = 0; known < 1u << level; known++) {
            // Bit b of `known` is the answer of step b, which has the weight of bit level - 1 - b of the rank.
            uint32_t reversed = 0;
            for (uint32_t bit = 0; bit < level; bit++) {
                reversed |= (known >> bit & 1) << (level - 1 - bit);
            }
            const uint32_t index = reversed * step + step / 2 - 1;
            // No value is at least NaN.
            tables[(1u << level) + known] = index < count ? thresholds[index] : __builtin_nanf("");
        }
    }
    return 1u << levels;
}

// Appends the ranks of a side, 16 lists by the upper four bits, of which the last ones may be left out.
static uint8_t *write_ranks(uint8_t *to, const uint8_t *ranks, uint32_t count) {
    const uint32_t lists = count ? ranks[count - 1] / 16 + 1u : 0;
    *to++ = (uint8_t)lists;
    for (uint32_t list = 0, at = 0; list < lists; list++) {
        uint8_t *length = to++;
        for (*length = 0; at < count && ranks[at] / 16u == list; at++) {
            *to++ = ranks[at] % 16;
            ++*length;
        }
    }
    return to;
}

// A compilation's places in the arrays of the ensemble.
typedef struct progress {
    rank_trees *trees;
    uint32_t floats;
    uint32_t bytes;
} progress;

// Adds a column of the questions from `from` on, up to RANK_COLUMN_THRESHOLDS distinct thresholds of one group.
// Returns the first question that is left.
static const question *add_column(progress *progress, const question *from, const question *end) {
    rank_trees *trees = progress->trees;
    float thresholds[RANK_COLUMN_THRESHOLDS];
    uint32_t count = 0;
    uint8_t ranks[2][RANK_COLUMN_THRESHOLDS + 1];
    uint32_t rank_counts[2] = {0};
    const question *at = from;
    for (; at < end && at->group == from->group; at++) {
        const bool is_new = at == from || key_of(at) != key_of(at - 1);
        if (is_new && key_of(at) != RANK_KEY_NEVER) {
            if (count == RANK_COLUMN_THRESHOLDS) {
                break;
            }
            thresholds[count++] = trees->source.threshold[at->node];
        }
        // No rank is count + 1.
        const uint32_t rank = key_of(at) == RANK_KEY_NEVER ? count + 1 : count;
        const bool right = is_on_right(at);
        if (is_new || !is_same(at, at - 1)) {
            ranks[right][rank_counts[right]++] = (uint8_t)rank;
        }
    }
    rank_column *column = trees->columns + trees->column_count++;
    *column = (rank_column){
        .place = rank_place_of(&trees->source, (uint32_t)(from->group >> 32)),
        .zero_is_missing = (uint32_t)from->group == ZERO_IS_MISSING,
        .reads_missing = rank_counts[1] > 0,
        .levels = 1,
        .table = progress->floats,
        .ranks = progress->bytes,
        .predicate = trees->shape.predicates,
    };
    for (uint32_t highest = key_of(at - 1) == RANK_KEY_NEVER ? count + 1 : count; highest >> column->levels;) {
        column->levels++;
    }
    progress->floats += write_tables(trees->thresholds + progress->floats, column->levels, thresholds, count);
    uint8_t *lists = trees->ranks + progress->bytes;
    lists = write_ranks(lists, ranks[0], rank_counts[0]);
    lists = write_ranks(lists, ranks[1], rank_counts[1]);
    progress->bytes = (uint32_t)(lists - trees->ranks);
    uint32_t next[2] = {column->predicate, column->predicate + rank_counts[0]};
    for (const question *asked = from; asked < at; asked++) {
        uint32_t *of_side = next + is_on_right(asked);
        *of_side += asked == from || !is_same(asked, asked - 1);
        trees->predicate_of[asked->node] = *of_side - 1;
    }
    trees->shape.predicates += rank_counts[0] + rank_counts[1];
    return at;
}

static void add_category(rank_trees *trees, const question *asked) {
    const rank_trees_source *source = &trees->source;
    const uint8_t flags = source->flags[asked->node];
    const rank_place place = rank_place_of(source, source->feature[asked->node]);
    const uint32_t set = source->set[asked->node];
    trees->categories[trees->category_count++] =
        (rank_category){.place = place, .set = set, .flags = flags, .predicate = trees->shape.predicates++};
    trees->key_columns[trees->key_column_count++] = (rank_key_column){.place = place, .flags = flags, .set = set};
}

// Adds a column of keys for each side of the questions of one group.
static const question *add_key_columns(rank_trees *trees, const question *from, const question *end) {
    const uint32_t none = UINT32_MAX;
    uint32_t of_side[2] = {none, none};
    const question *at = from;
    for (; at < end && at->group == from->group; at++) {
        const bool right = is_on_right(at);
        if (of_side[right] == none) {
            of_side[right] = trees->key_column_count++;
            const uint8_t flags = trees->source.flags[at->node];
            trees->key_columns[of_side[right]] = (rank_key_column){
                .place = rank_place_of(&trees->source, trees->source.feature[at->node]),
                .flags = flags & (RANK_NODE_MISSING_RIGHT | RANK_NODE_ZERO_IS_MISSING),
            };
        }
        trees->key_column_of[at->node] = of_side[right];
    }
    return at;
}

static void add_all(rank_trees *trees, const question *from, const question *end) {
    progress progress = {.trees = trees};
    while (from < end) {
        if ((uint32_t)from->group != CATEGORY) {
            const question *of_group = add_key_columns(trees, from, end);
            while (from < of_group) {
                from = add_column(&progress, from, of_group);
            }
            continue;
        }
        add_category(trees, from);
        const question *first = from;
        for (; from < end && is_same(from, first); from++) {
            trees->predicate_of[from->node] = trees->shape.predicates - 1;
            trees->key_column_of[from->node] = trees->key_column_count - 1;
        }
    }
}

bool rank_make_predicates(rank_trees *trees) {
    const rank_trees_source *source = &trees->source;
    const uint32_t nodes = source->first_node[source->tree_count];
    question *questions = malloc((nodes + 1) * sizeof *questions);
    if (!questions) {
        return false;
    }
    size_t columns = 0;
    size_t categories = 0;
    for (uint32_t node = 0; node < nodes; node++) {
        questions[node] = question_of(source, node);
    }
    qsort(questions, nodes, sizeof *questions, by_question);
    for (uint32_t index = 0; index < nodes; index++) {
        const question *asked = questions + index;
        const bool is_category = (uint32_t)asked->group == CATEGORY;
        const bool is_first = index == 0 || asked->group != asked[-1].group;
        categories += is_category && (is_first || !is_same(asked, asked - 1));
        columns += !is_category && is_first;
    }
    // Further columns of a group have full tables.
    columns += nodes / RANK_COLUMN_THRESHOLDS;
    trees->columns = rank_take(trees, columns, sizeof *trees->columns);
    trees->categories = rank_take(trees, categories, sizeof *trees->categories);
    trees->key_columns = rank_take(trees, 2 * columns + categories, sizeof *trees->key_columns);
    // Tables have at most twice as many floats as thresholds, and two more.
    trees->thresholds = rank_take(trees, 2 * (nodes + columns) + RANK_TREE_PADDING, sizeof *trees->thresholds);
    trees->ranks = rank_take(trees, nodes + 34 * columns, 1);
    trees->predicate_of = calloc(nodes + 1u, sizeof *trees->predicate_of);
    trees->key_column_of = calloc(nodes + 1u, sizeof *trees->key_column_of);
    const bool has_memory = trees->columns && trees->categories && trees->key_columns && trees->thresholds &&
                            trees->ranks && trees->predicate_of && trees->key_column_of;
    if (has_memory) {
        // Predicate 0 holds for no value.
        trees->shape.predicates = 1;
        add_all(trees, questions, questions + nodes);
    }
    free(questions);
    return has_memory;
}
