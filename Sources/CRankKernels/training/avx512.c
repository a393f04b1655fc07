// Training's loops over 16 lanes.
#if defined(__x86_64__)

#include <immintrin.h>

#define TRAINING_LOOPS rank_training_avx512
#define VECTOR_TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")))
#define VECTOR_LANES 16
#define TRAINING_ROOT(x) _mm512_sqrt_ps(x)
#include "body.h"

#endif
