// Vectors of training's loops and products. Included by what is included once for each instruction set, which defines
//   VECTOR_LANES   floats per vector
//   VECTOR_TARGET  the attribute that allows the instruction set (may be empty)
#include <string.h>

#define VECTOR_INLINE static inline __attribute__((always_inline)) VECTOR_TARGET

typedef float vector __attribute__((vector_size(VECTOR_LANES * sizeof(float))));

VECTOR_INLINE vector vector_load(const float *from) {
    vector x;
    memcpy(&x, from, sizeof x);
    return x;
}

VECTOR_INLINE void vector_store(float *to, vector x) { memcpy(to, &x, sizeof x); }

VECTOR_INLINE vector vector_splat(float value) {
    vector x;
    for (int lane = 0; lane < VECTOR_LANES; lane++) {
        x[lane] = value;
    }
    return x;
}
