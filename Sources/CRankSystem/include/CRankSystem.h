// What Swift does not see of the operating system: headers that its module of the C library leaves out, and macros.
#pragma once

#include "rank_memory.h"
#include "rank_processors.h"

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>

// Declared by <pthread.h> only with _GNU_SOURCE, which the importer does not set.
#include <pthread.h>
int pthread_setname_np(pthread_t thread, const char *name);
#endif
