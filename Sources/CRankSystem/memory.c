#include "rank_memory.h"

#include <stdlib.h>

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
#include <malloc.h>

uint64_t rank_allocated_bytes(void) {
    // https://man7.org/linux/man-pages/man3/mallinfo.3.html
    const struct mallinfo2 information = mallinfo2();
    return (uint64_t)information.uordblks + (uint64_t)information.hblkhd;
}
#else
#include <sys/resource.h>

uint64_t rank_allocated_bytes(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return 0;
    }
#if defined(__APPLE__)
    return (uint64_t)usage.ru_maxrss;
#else
    return (uint64_t)usage.ru_maxrss * 1024;
#endif
}
#endif
