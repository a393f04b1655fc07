// The kernels of swift-rank: everything that Swift sees of them.
#pragma once

#include "rank_catalogue.h"
#include "rank_certified.h"
#include "rank_cpu.h"
#include "rank_environment.h"
#include "rank_gemm.h"
#include "rank_lists.h"
#include "rank_quantized.h"
#include "rank_score.h"
#include "rank_team.h"
#include "rank_training.h"
#include "rank_trees.h"
