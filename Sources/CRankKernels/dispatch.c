#include "CRankKernels.h"
