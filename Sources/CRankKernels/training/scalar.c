// Training's loops one float at a time: the oracle, and what every CPU can run.
#include <math.h>

#define TRAINING_LOOPS rank_training_scalar
#define VECTOR_TARGET
#define VECTOR_LANES 1
#define TRAINING_ROOT(x) ((vector){sqrtf((x)[0])})
#include "body.h"
