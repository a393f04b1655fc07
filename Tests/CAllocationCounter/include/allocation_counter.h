// Counts the heap allocations of a thread, for tests that promise there are none.
#pragma once

#include <stdbool.h>
#include <stddef.h>

/// Whether this build can count: glibc, and no sanitizer in the place of its allocator.
bool allocation_counter_works(void);

/// The allocations of the calling thread so far: malloc, calloc, realloc and the aligned ones.
size_t allocation_count(void);
