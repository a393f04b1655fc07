#include "oracle.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static float multiply_add(float x, float w, float z, bool fused) {
    if (fused) {
        return fmaf(x, w, z);
    }
    // Two roundings, whatever the compiler would rather do.
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
    return y + 0.0f;
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
            oracle_relu(h, width);
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
            oracle_relu(h, width);
            y = oracle_lanes(h, model->kernels[shape->layers], width, fused) + model->biases[shape->layers][0];
        }
        free(h);
    }
    return oracle_terms(model, user, candidate, y, fused);
}

// A factor without its sign, and large enough that no product of two underflows.
static double size_of(float x) { return fmax(fabs((double)x), 0x1p-63); }

static void add_sizes(double *z, const double *x, size_t inputs, const float *kernel, size_t outputs) {
    for (size_t j = 0; j < outputs; j++) {
        for (size_t k = 0; k < inputs; k++) {
            z[j] += x[k] * size_of(kernel[k * outputs + j]);
        }
    }
}

double oracle_bound(const model *model, uint32_t user, uint32_t candidate) {
    const shape *shape = &model->shape;
    const uint32_t ud = shape->user_dimensions, cd = shape->candidate_dimensions;
    double x[2][512] = {{0}};
    double sum = 0.0;
    // The longest way of roundings from a weight to the score.
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
