#include "model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

float *floats(size_t count, bool aligned) {
    const size_t size = (count ? count : 1) * sizeof(float);
    void *memory = NULL;
    if (aligned ? posix_memalign(&memory, 64, size) != 0 : (memory = malloc(size)) == NULL) {
        fprintf(stderr, "out of memory\n");
        exit(70);
    }
    memset(memory, 0, size);
    return memory;
}

static float value(values values, uint64_t *state) {
    const float unit = random_float(state, 0.3f);
    switch (values) {
    case VALUES_LARGE:
        return unit * 1e6f;
    case VALUES_TINY:
        return ldexpf(unit, -(int)random_number(state, 30, 80));
    case VALUES_ZEROS:
        switch (random_number(state, 0, 5)) {
        case 0:
            return 0.0f;
        case 1:
            return -0.0f;
        case 2:
            return copysignf(1e-42f, unit);
        default:
            return unit;
        }
    default:
        return unit;
    }
}

static float *vector_of(size_t count, values values, uint64_t *state) {
    float *vector = floats(count, false);
    for (size_t index = 0; index < count; index++) {
        vector[index] = value(values, state);
    }
    rank_normalize_weights(vector, count, true);
    return vector;
}

shape random_shape(uint64_t *state) {
    shape shape = {
        .users = random_number(state, 1, 3),
        .candidates = random_number(state, 1, 30),
        .user_dimensions = random_number(state, 1, 70),
        .candidate_dimensions = random_number(state, 1, 70),
        .dense = random_number(state, 0, 4) > 0,
        .layers = random_number(state, 0, MOST_LAYERS),
        .dot_product = random_number(state, 0, 1) > 0,
        .user_bias = random_number(state, 0, 1) > 0,
        .candidate_bias = random_number(state, 0, 1) > 0,
        .mean = random_number(state, 0, 1) > 0,
    };
    for (uint32_t layer = 0; layer < MOST_LAYERS; layer++) {
        shape.widths[layer] = random_number(state, 1, random_number(state, 0, 9) ? 90 : 300);
    }
    if (!shape.dense) {
        shape.layers = 0;
        shape.dot_product = true;
    }
    if (shape.dot_product) {
        shape.candidate_dimensions = shape.user_dimensions;
    }
    return shape;
}

static rank_activation random_activation(uint64_t *state) {
    return (rank_activation){
        .function = (rank_function)random_number(state, 0, RANK_FUNCTION_COUNT - 1),
        .number = random_float(state, 2.0f),
    };
}

steps random_steps(uint64_t *state) {
    steps steps = {
        .curved = true,
        .output_step = random_number(state, 0, 3) > 0,
        .output_scale = random_number(state, 0, 1) > 0,
        .output = random_activation(state),
        .output_factor = random_float(state, 5.0f),
        .output_addend = random_number(state, 0, 1) ? random_float(state, 5.0f) : 0.0f,
    };
    for (int layer = 0; layer < MOST_LAYERS; layer++) {
        steps.activations[layer] = random_activation(state);
    }
    return steps;
}

model make_model(shape shape, values values, uint64_t *state) {
    model model = {.shape = shape, .mean = 0.53f};
    model.user_embedding = vector_of((size_t)shape.users * shape.user_dimensions, values, state);
    model.candidate_embedding = vector_of((size_t)shape.candidates * shape.candidate_dimensions, values, state);
    model.user_bias = vector_of(shape.users, values, state);
    model.candidate_bias = vector_of(shape.candidates, values, state);
    uint32_t inputs = shape.user_dimensions + shape.candidate_dimensions;
    for (uint32_t layer = 0; shape.dense && layer <= shape.layers; layer++) {
        const uint32_t width = layer < shape.layers ? shape.widths[layer] : 1;
        model.kernels[layer] = vector_of((size_t)inputs * width, values, state);
        float *bias = model.biases[layer] = vector_of(width, values, state);
        for (uint32_t unit = 0; layer < shape.layers && unit < width; unit++) {
            const bool dead = values == VALUES_DEAD || (values == VALUES_ONE_LIVE && unit != width / 2);
            bias[unit] = dead                                                     ? -100.0f
                         : values == VALUES_ONE_LIVE || values == VALUES_LIVE ? 100.0f
                                                                                  : bias[unit];
        }
        inputs = width;
    }
    return model;
}

void free_model(model *model) {
    free(model->user_embedding);
    free(model->candidate_embedding);
    free(model->user_bias);
    free(model->candidate_bias);
    for (int layer = 0; layer <= MOST_LAYERS; layer++) {
        free(model->kernels[layer]);
        free(model->biases[layer]);
    }
}

static float *own(prepared *prepared, size_t count, bool aligned) {
    return prepared->owned[prepared->owned_count++] = floats(count, aligned);
}

static float *padded(prepared *prepared, const float *vector, uint32_t count) {
    float *copy = own(prepared, (count + RANK_LANES - 1) / RANK_LANES * RANK_LANES, false);
    memcpy(copy, vector, count * sizeof(float));
    return copy;
}

static rank_matrix matrix_of(prepared *prepared, rank_level level, uint32_t inputs, uint32_t outputs,
                             const float *kernel, const float *bias) {
    float *packed = own(prepared, rank_packed_floats(inputs, outputs), true);
    rank_pack(level, inputs, outputs, kernel, packed);
    return (rank_matrix){
        .inputs = inputs,
        .outputs = outputs,
        .stride = (outputs + RANK_LANES - 1) / RANK_LANES * RANK_LANES,
        .kernel = kernel,
        .bias = bias ? padded(prepared, bias, outputs) : NULL,
        .packed = packed,
    };
}

void prepare(prepared *prepared, const model *model, rank_level level) {
    const shape *shape = &model->shape;
    memset(prepared, 0, sizeof *prepared);
    rank_network *network = &prepared->network;
    network->user_dimensions = shape->user_dimensions;
    network->candidate_dimensions = shape->candidate_dimensions;
    network->user_embedding = model->user_embedding;
    network->candidate_embedding = model->candidate_embedding;
    network->dense = shape->dense;
    network->dot_product = shape->dot_product;
    network->has_mean = shape->mean;
    network->mean = model->mean;
    network->user_bias = shape->user_bias ? model->user_bias : NULL;
    network->candidate_bias = shape->candidate_bias ? model->candidate_bias : NULL;
    if (shape->dense) {
        const uint32_t width = shape->layers ? shape->widths[0] : 1;
        network->user_half =
            matrix_of(prepared, level, shape->user_dimensions, width, model->kernels[0], model->biases[0]);
        network->candidate_half = matrix_of(prepared, level, shape->candidate_dimensions, width,
                                            model->kernels[0] + (size_t)shape->user_dimensions * width, NULL);
    }
    if (shape->dense && shape->layers) {
        network->hidden_count = shape->layers - 1;
        network->hidden = prepared->hidden;
        for (uint32_t layer = 1; layer < shape->layers; layer++) {
            prepared->hidden[layer - 1] = matrix_of(prepared, level, shape->widths[layer - 1], shape->widths[layer],
                                                    model->kernels[layer], model->biases[layer]);
        }
        network->output_weights = padded(prepared, model->kernels[shape->layers], shape->widths[shape->layers - 1]);
        network->output_bias = model->biases[shape->layers][0];
    }
    network->activations = model->steps.curved ? model->steps.activations : NULL;
    network->has_output_step = model->steps.output_step;
    network->has_output_scale = model->steps.output_scale;
    network->output = model->steps.output;
    network->output_factor = model->steps.output_factor;
    network->output_addend = model->steps.output_addend;
    prepared->scratch = own(prepared, rank_scratch_floats(network), true);
    if (shape->dense) {
        const size_t stride = network->user_half.stride;
        prepared->users = own(prepared, shape->users * stride, false);
        prepared->candidates = own(prepared, shape->candidates * stride, false);
        rank_half_rows(level, network, RANK_HALF_USER, 0, shape->users, prepared->users);
        rank_half_rows(level, network, RANK_HALF_CANDIDATE, 0, shape->candidates, prepared->candidates);
    }
}

void free_prepared(prepared *prepared) {
    for (size_t index = 0; index < prepared->owned_count; index++) {
        free(prepared->owned[index]);
    }
}
