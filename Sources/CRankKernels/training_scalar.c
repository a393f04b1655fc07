// Training's loops one float at a time: the oracle, and what every CPU can run.
#include <math.h>

#define TRAINING_LOOPS rank_training_scalar
#define TRAINING_TARGET
#define TRAINING_LANES 1
#define TRAINING_ROOT(x) ((training_vector){sqrtf((x)[0])})
#include "training_body.h"
