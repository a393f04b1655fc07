// Vectors of one float: the oracle, one operation at a time.
#pragma once

#define WIDTH 1
#define VECTORS 1
#define ROWS 1
#define TARGET
#include "vectors.h"

#include <math.h>

INLINE vector multiply_add(vector x, vector w, vector z) {
    return (vector){fmaf(x[0], w[0], z[0])};
}

INLINE vector square_root(vector x) {
    return (vector){sqrtf(x[0])};
}
