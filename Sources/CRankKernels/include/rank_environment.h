// The floating-point environment, which a library loaded at run time may have changed.
#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Whether this thread rounds to nearest and keeps subnormals, as docs/reference/numerics.md assumes.
bool rank_environment_is_usual(void);

#ifdef __cplusplus
}
#endif
