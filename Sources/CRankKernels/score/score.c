#include "../isa/isa.h"

#include <string.h>

size_t rank_scratch_floats(const rank_network *network) {
    if (!network->dense) {
        return RANK_LANES;
    }
    // The users' halves of a tile, then two buffers of activations that take turns.
    size_t first = network->user_half.stride;
    size_t tile = RANK_TILE_ROWS * (first + 2 * rank_widest(network));
    // The sums of a group, then the first hidden layer's activations where they are read again, then the halves of a
    // block of candidates.
    const bool stored = network->hidden_count > 1 || (network->hidden_count > 0 && network->activations);
    size_t deeper = stored ? network->hidden->stride : 0;
    return tile + rank_group_rows(network) * (RANK_GROUP_FLOATS + deeper) +
           rank_block_rows(network) * network->candidate_half.stride;
}

size_t rank_packed_floats(uint32_t inputs, uint32_t outputs) {
    return (size_t)inputs * rank_padded(outputs);
}

void rank_pack(rank_level level, uint32_t inputs, uint32_t outputs, const float *kernel, float *packed) {
    uint32_t widest = rank_isa_of(level)->score->panel;
    uint32_t stride = rank_padded(outputs);
    for (uint32_t column = 0; column < stride; column += widest) {
        uint32_t width = stride - column < widest ? stride - column : widest;
        // The last panel may be all padding.
        uint32_t real = outputs > column ? outputs - column : 0;
        uint32_t filled = real < width ? real : width;
        for (uint32_t row = 0; row < inputs; row++) {
            memcpy(packed, kernel + (size_t)row * outputs + column, filled * sizeof(float));
            memset(packed + filled, 0, (width - filled) * sizeof(float));
            packed += width;
        }
    }
}

void rank_score(rank_level level, const rank_network *network, const rank_run *run) {
    rank_isa_of(level)->score->score(network, run);
}

void rank_activate(rank_level level, rank_activation activation, float *values, size_t count) {
    rank_isa_of(level)->score->activate(activation, values, count);
}

void rank_half_rows(rank_level level, const rank_network *network, rank_half half, uint32_t first, size_t count,
                    float *table) {
    rank_isa_of(level)->score->half_rows(network, half, first, count, table);
}
