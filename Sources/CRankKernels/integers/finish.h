// The layers after the first hidden one, in float32, compiled for each instruction set that includes this file: the
// compiler vectorises them.
#pragma once

#include "../isa/vectors.h"
#include "../score/oracle.h"

// The steps from the activations of the first hidden layer to scores; from the output of the dense layers where that
// layer is the only hidden one.
TARGET static void finish_scores(const rank_network *network, const rank_run *run, size_t at, size_t count,
                                 const float *h, float *buffers) {
    const rank_matrix *hidden = network->hidden;
    float *even = buffers;
    float *odd = buffers + rank_widest(network);
    for (size_t row = 0; row < count; row++) {
        float y = run->scores[at + row];
        if (network->hidden_count > 1) {
            y = rank_deeper(network, 1, h + row * hidden->stride, hidden->outputs, even, odd);
        }
        run->scores[at + row] = rank_terms(network, run, at + row, y);
    }
}
