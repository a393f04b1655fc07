// Training's loops over 4 lanes.
#if defined(__aarch64__)

#include <arm_neon.h>

#define TRAINING_LOOPS rank_training_neon
#define VECTOR_TARGET
#define VECTOR_LANES 4
#define TRAINING_ROOT(x) vsqrtq_f32(x)
#include "body.h"

#endif
