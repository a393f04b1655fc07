#include "oracle.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static float multiply_add(float x, float w, float z, bool fused) {
    if (fused) {
        return fmaf(x, w, z);
    }
    // Volatile: the compiler must round twice.
    const volatile float product = x * w;
    return product + z;
}

void oracle_chain(float *z, const float *x, size_t inputs, const float *kernel, size_t outputs, bool fused) {
    for (size_t j = 0; j < outputs; j++) {
        for (size_t k = 0; k < inputs; k++) {
            z[j] = multiply_add(x[k], kernel[k * outputs + j], z[j], fused);
        }
    }
}

float oracle_lanes(const float *x, const float *w, size_t length, bool fused) {
    float lane[16] = {0};
    for (size_t k = 0; k < (length + 15) / 16 * 16; k++) {
        lane[k % 16] = multiply_add(k < length ? x[k] : 0.0f, k < length ? w[k] : 0.0f, lane[k % 16], fused);
    }
    float t8[8], t4[4];
    for (int i = 0; i < 8; i++) {
        t8[i] = lane[i] + lane[i + 8];
    }
    for (int i = 0; i < 4; i++) {
        t4[i] = t8[i] + t8[i + 4];
    }
    return (t4[0] + t4[2]) + (t4[1] + t4[3]);
}

void oracle_relu(float *z, size_t count) {
    for (size_t j = 0; j < count; j++) {
        z[j] = z[j] > 0.0f ? z[j] : 0.0f;
    }
}

float oracle_terms(const model *model, uint32_t user, uint32_t candidate, float y, bool fused) {
    const shape *shape = &model->shape;
    const float *u = model->user_embedding + (size_t)user * shape->user_dimensions;
    const float *m = model->candidate_embedding + (size_t)candidate * shape->candidate_dimensions;
    if (shape->dot_product) {
        y = y + oracle_lanes(u, m, shape->user_dimensions, fused);
    }
    if (shape->user_bias) {
        y = y + model->user_bias[user];
    }
    if (shape->candidate_bias) {
        y = y + model->candidate_bias[candidate];
    }
    if (shape->mean) {
        y = y + model->mean;
    }
    const steps *steps = &model->steps;
    if (steps->output_step && isfinite(y)) {
        y = oracle_activated(steps->output, y, fused);
        y = steps->output_scale ? multiply_add(steps->output_factor, y, steps->output_addend, fused) : y;
    }
    return y + 0.0f;
}

static void activate(const steps *steps, uint32_t layer, float *z, uint32_t count, bool fused) {
    if (!steps->curved) {
        oracle_relu(z, count);
        return;
    }
    for (uint32_t j = 0; j < count; j++) {
        z[j] = oracle_activated(steps->activations[layer], z[j], fused);
    }
}

float oracle_score(const model *model, uint32_t user, uint32_t candidate, bool fused) {
    const shape *shape = &model->shape;
    const float *u = model->user_embedding + (size_t)user * shape->user_dimensions;
    const float *m = model->candidate_embedding + (size_t)candidate * shape->candidate_dimensions;
    float y = 0.0f;
    if (shape->dense) {
        uint32_t width = shape->layers ? shape->widths[0] : 1;
        float *h = floats(width, false);
        float *c = floats(width, false);
        memcpy(h, model->biases[0], width * sizeof(float));
        oracle_chain(h, u, shape->user_dimensions, model->kernels[0], width, fused);
        oracle_chain(c, m, shape->candidate_dimensions, model->kernels[0] + (size_t)shape->user_dimensions * width,
                     width, fused);
        for (uint32_t j = 0; j < width; j++) {
            h[j] = h[j] + c[j];
        }
        free(c);
        for (uint32_t layer = 1; layer < shape->layers; layer++) {
            activate(&model->steps, layer - 1, h, width, fused);
            const uint32_t outputs = shape->widths[layer];
            float *next = floats(outputs, false);
            memcpy(next, model->biases[layer], outputs * sizeof(float));
            oracle_chain(next, h, width, model->kernels[layer], outputs, fused);
            free(h);
            h = next;
            width = outputs;
        }
        y = h[0];
        if (shape->layers) {
            activate(&model->steps, shape->layers - 1, h, width, fused);
            y = oracle_lanes(h, model->kernels[shape->layers], width, fused) + model->biases[shape->layers][0];
        }
        free(h);
    }
    return oracle_terms(model, user, candidate, y, fused);
}

// The magnitude of a factor, large enough that no product of two underflows.
static double size_of(float x) { return fmax(fabs((double)x), 0x1p-63); }

static void add_sizes(double *z, const double *x, size_t inputs, const float *kernel, size_t outputs) {
    for (size_t j = 0; j < outputs; j++) {
        for (size_t k = 0; k < inputs; k++) {
            z[j] += x[k] * size_of(kernel[k * outputs + j]);
        }
    }
}

// The bound of models with other activations or an output step: sizes and errors of each layer's values.
static double curved_bound(const model *model, uint32_t user, uint32_t candidate) {
    const shape *shape = &model->shape;
    const steps *steps = &model->steps;
    const uint32_t ud = shape->user_dimensions, cd = shape->candidate_dimensions;
    double sizes[2][512] = {{0}}, errors[2][512] = {{0}};
    double *h = sizes[0], *next = sizes[1], *e = errors[0], *coming = errors[1];
    double size = 0.0, error = 0.0, terms = 8.0;
    for (uint32_t d = 0; d < ud; d++) {
        h[d] = size_of(model->user_embedding[(size_t)user * ud + d]);
    }
    for (uint32_t d = 0; d < cd; d++) {
        h[ud + d] = size_of(model->candidate_embedding[(size_t)candidate * cd + d]);
    }
    if (shape->dot_product) {
        for (uint32_t d = 0; d < ud; d++) {
            size += h[d] * h[ud + d];
        }
        terms += ud + 1;
    }
    uint32_t inputs = ud + cd;
    for (uint32_t layer = 0; shape->dense && layer <= shape->layers; layer++) {
        const uint32_t outputs = layer < shape->layers ? shape->widths[layer] : 1;
        const double roundings = (inputs + 2) * (FLT_EPSILON / 2.0);
        for (uint32_t j = 0; j < outputs; j++) {
            double sum = size_of(model->biases[layer][j]), carried = 0.0;
            for (uint32_t k = 0; k < inputs; k++) {
                const double w = size_of(model->kernels[layer][k * outputs + j]);
                sum += h[k] * w;
                carried += e[k] * w;
            }
            const double own = roundings / (1.0 - roundings) * sum;
            next[j] = sum + own;
            coming[j] = carried + own;
            if (layer < shape->layers) {
                const rank_activation relu = {.function = RANK_RELU};
                const rank_activation f = steps->curved ? steps->activations[layer] : relu;
                const double computed = oracle_function_error(f, next[j]);
                coming[j] = oracle_slope(f) * coming[j] + computed;
                next[j] = fmax(oracle_size(f, next[j]) + computed, 0x1p-63);
            }
        }
        double *swap = h;
        h = next;
        next = swap;
        swap = e;
        e = coming;
        coming = swap;
        inputs = outputs;
    }
    if (shape->dense) {
        size += h[0];
        error += e[0];
    }
    size += shape->user_bias ? size_of(model->user_bias[user]) : 0.0;
    size += shape->candidate_bias ? size_of(model->candidate_bias[candidate]) : 0.0;
    size += shape->mean ? size_of(model->mean) : 0.0;
    terms *= FLT_EPSILON / 2.0;
    error += terms / (1.0 - terms) * size;
    size += error;
    if (steps->output_step) {
        const double computed = oracle_function_error(steps->output, size);
        error = oracle_slope(steps->output) * error + computed;
        size = oracle_size(steps->output, size) + computed;
        if (steps->output_scale) {
            const double scale = size_of(steps->output_factor);
            error = scale * error + 2.0 * FLT_EPSILON * (scale * size + size_of(steps->output_addend));
        }
    }
    return 2.0 * error;
}

double oracle_bound(const model *model, uint32_t user, uint32_t candidate) {
    if (model->steps.curved || model->steps.output_step) {
        return curved_bound(model, user, candidate);
    }
    const shape *shape = &model->shape;
    const uint32_t ud = shape->user_dimensions, cd = shape->candidate_dimensions;
    double x[2][512] = {{0}};
    double sum = 0.0;
    // The longest chain of roundings from a weight to the score.
    double k = 8.0;
    double *h = x[0], *next = x[1];
    for (uint32_t d = 0; d < ud; d++) {
        h[d] = size_of(model->user_embedding[(size_t)user * ud + d]);
    }
    for (uint32_t d = 0; d < cd; d++) {
        h[ud + d] = size_of(model->candidate_embedding[(size_t)candidate * cd + d]);
    }
    if (shape->dot_product) {
        for (uint32_t d = 0; d < ud; d++) {
            sum += h[d] * h[ud + d];
        }
        k += ud + 1;
    }
    if (shape->dense) {
        uint32_t inputs = ud + cd;
        for (uint32_t layer = 0; layer <= shape->layers; layer++) {
            const uint32_t outputs = layer < shape->layers ? shape->widths[layer] : 1;
            for (uint32_t j = 0; j < outputs; j++) {
                next[j] = size_of(model->biases[layer][j]);
            }
            add_sizes(next, h, inputs, model->kernels[layer], outputs);
            double *swap = h;
            h = next;
            next = swap;
            k += inputs + 2;
            inputs = outputs;
        }
        sum += h[0];
    }
    sum += shape->user_bias ? size_of(model->user_bias[user]) : 0.0;
    sum += shape->candidate_bias ? size_of(model->candidate_bias[candidate]) : 0.0;
    sum += shape->mean ? size_of(model->mean) : 0.0;
    return k * FLT_EPSILON / (1.0 - k * FLT_EPSILON) * sum;
}
