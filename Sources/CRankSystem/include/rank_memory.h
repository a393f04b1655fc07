// The memory that the process has allocated, for leak checks.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes in use by the allocator, over all threads; the peak resident size where the allocator does not say.
uint64_t rank_allocated_bytes(void);

#ifdef __cplusplus
}
#endif
