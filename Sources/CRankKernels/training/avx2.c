// Training's loops over 8 lanes.
#if defined(__x86_64__)

#include <immintrin.h>

#define TRAINING_LOOPS rank_training_avx2
#define VECTOR_TARGET __attribute__((target("avx2,fma")))
#define VECTOR_LANES 8
#define TRAINING_ROOT(x) _mm256_sqrt_ps(x)
#include "body.h"

#endif
