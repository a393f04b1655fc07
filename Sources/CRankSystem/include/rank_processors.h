// The processors that a program may use.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// The number of processors that this thread may run on (by its affinity on Linux), else of all online ones; at least
/// 1.
int rank_processors(void);

#ifdef __cplusplus
}
#endif
