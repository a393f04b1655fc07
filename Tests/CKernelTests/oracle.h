// docs/NUMERICS.md written down once more, from the document alone and over plain weights.
#pragma once

#include "model.h"

/// The score of a pair: under profile `fp32-fma` where `fused`, else under `fp32-unfused`.
float oracle_score(const model *model, uint32_t user, uint32_t candidate, bool fused);

/// How far a score under one of the two profiles may be from that under the other: k · 2⁻²³ · Σ|terms|.
double oracle_bound(const model *model, uint32_t user, uint32_t candidate);
