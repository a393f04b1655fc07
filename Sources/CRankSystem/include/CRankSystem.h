// What Swift does not see of the operating system: headers that its module of the C library leaves out, and macros.
#pragma once

#include "rank_memory.h"
#include "rank_processors.h"

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>

// Declared by these headers only with _GNU_SOURCE, which the importer does not set.
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
int pthread_setname_np(pthread_t thread, const char *name);
int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);
int pipe2(int ends[2], int flags);
#endif
