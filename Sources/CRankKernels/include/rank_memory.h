// What the process has allocated, to find out whether something leaks.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes in use by the allocator, over all threads; where it does not tell, the most that was ever resident.
uint64_t rank_allocated_bytes(void);

#ifdef __cplusplus
}
#endif
