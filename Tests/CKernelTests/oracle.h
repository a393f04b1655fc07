// A second oracle: docs/reference/numerics.md, written from the document alone and over plain weights.
#pragma once

#include "model.h"

/// The score of a pair: under profile `fp32-fma` where `fused`, else under `fp32-unfused`.
float oracle_score(const model *model, uint32_t user, uint32_t candidate, bool fused);

/// The steps of a score: a chain of multiply-adds onto `z`, the sum of 16 lanes, relu, and the terms after the layers.
void oracle_chain(float *z, const float *x, size_t inputs, const float *kernel, size_t outputs, bool fused);
float oracle_lanes(const float *x, const float *w, size_t length, bool fused);
void oracle_relu(float *z, size_t count);
/// The activation of a unit, and the real function that it approximates.
float oracle_activated(rank_activation activation, float x, bool fused);
double oracle_function(rank_activation activation, double x);
/// How far `oracle_activated` may be from `oracle_function` for an x of that size, under either profile.
double oracle_function_error(rank_activation activation, double size);
/// The largest slope of the function, and its largest value.
double oracle_slope(rank_activation activation);
double oracle_size(rank_activation activation, double size);
float oracle_terms(const model *model, uint32_t user, uint32_t candidate, float y, bool fused);

/// How far a score under one of the two profiles may be from that under the other: k · 2⁻²³ · Σ|terms| where all
/// activations are relu, and layer by layer elsewhere.
double oracle_bound(const model *model, uint32_t user, uint32_t candidate);
