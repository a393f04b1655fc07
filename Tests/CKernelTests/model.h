// Random models of every shape that a model file can have, with weights that test the limits of kernels.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CRankKernels.h"

#define MOST_LAYERS 4

/// Kinds of weights.
typedef enum values {
    /// Like those of a training: around ±0.3.
    VALUES_ORDINARY,
    /// Products near the limit of float32.
    VALUES_LARGE,
    /// Products that are subnormal or vanish.
    VALUES_TINY,
    /// Every hidden unit below zero.
    VALUES_DEAD,
    /// One hidden unit of each layer above zero.
    VALUES_ONE_LIVE,
    /// Every hidden unit above zero.
    VALUES_LIVE,
    /// Zeros of both signs and subnormals among ordinary weights, as in a file before normalisation.
    VALUES_ZEROS,
    VALUES_COUNT,
} values;

/// The sizes and the terms of a model.
typedef struct shape {
    uint32_t users;
    uint32_t candidates;
    uint32_t user_dimensions;
    uint32_t candidate_dimensions;
    /// Widths of the layers before the last; `layers` 0 with `dense` is one layer with one output.
    bool dense;
    uint32_t layers;
    uint32_t widths[MOST_LAYERS];
    bool dot_product;
    bool user_bias;
    bool candidate_bias;
    bool mean;
} shape;

/// The activations and the output step; zeros for relu and no step.
typedef struct steps {
    /// Whether `activations` replace relu.
    bool curved;
    rank_activation activations[MOST_LAYERS];
    bool output_step;
    bool output_scale;
    rank_activation output;
    float output_factor;
    float output_addend;
} steps;

/// Plain weights, without padding.
typedef struct model {
    shape shape;
    steps steps;
    float *user_embedding;
    float *candidate_embedding;
    /// Kernels and biases of all layers, the last one included.
    float *kernels[MOST_LAYERS + 1];
    float *biases[MOST_LAYERS + 1];
    float *user_bias;
    float *candidate_bias;
    float mean;
} model;

/// The data of a model for a level, and scratch.
typedef struct prepared {
    rank_network network;
    rank_matrix hidden[MOST_LAYERS];
    float *users;
    float *candidates;
    float *scratch;
    float *owned[4 * MOST_LAYERS + 8];
    size_t owned_count;
} prepared;

shape random_shape(uint64_t *state);
/// Random activations and, for most shapes, an output step.
steps random_steps(uint64_t *state);
model make_model(shape shape, values values, uint64_t *state);
void free_model(model *model);

/// Packs a model for a level and makes both tables, where it has dense layers.
void prepare(prepared *prepared, const model *model, rank_level level);
void free_prepared(prepared *prepared);

/// Exactly `count` floats, so that a sanitizer sees one too many; aligned to 64 bytes where `aligned`.
float *floats(size_t count, bool aligned);
