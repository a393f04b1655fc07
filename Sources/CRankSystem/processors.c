#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif
#include "rank_processors.h"

#include <unistd.h>

int rank_processors(void) {
#if defined(__linux__)
    cpu_set_t allowed;
    // https://man7.org/linux/man-pages/man2/sched_setaffinity.2.html
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 0) {
        return CPU_COUNT(&allowed);
    }
#endif
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}
