// How many threads are worth starting.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// The processors that this thread may run on (Linux: by its affinity), or all that are there; at least 1.
int rank_processors(void);

#ifdef __cplusplus
}
#endif
