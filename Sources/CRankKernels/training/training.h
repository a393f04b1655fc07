// Declarations that the files of the loops of training share.
#pragma once

#include "rank_training.h"

// Elements of a cache line: two threads that write one line would wait for each other.
#define TRAINING_LINE 16

/// The loops of an instruction set.
typedef struct rank_training_loops {
    void (*add_rows)(size_t count, size_t width, const int32_t *first, const int32_t *second, const float *p,
                     const float *q, int relu, float *sums);
    // Sums `width` columns of rows that are `stride` floats apart, in all tables.
    void (*segment_sums)(size_t count, size_t width, size_t stride, const int32_t *first, const int32_t *second,
                         size_t first_summed, size_t second_summed, const float *gradients, const float *outputs,
                         float *p, float *q);
    void (*mask)(size_t count, const float *outputs, float *values);
    void (*adagrad)(size_t count, float rate, float epsilon, const float *gradients, float *accumulators,
                    float *weights);
    void (*adam)(size_t count, rank_training_adam_step step, const float *gradients, float *first_moments,
                 float *second_moments, float *weights);
    // A step of Adam with gradients of zero.
    void (*adam_idle)(size_t count, rank_training_adam_step step, float *first_moments, float *second_moments,
                      float *weights);
} rank_training_loops;
