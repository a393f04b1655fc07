#ifndef SWIFT_RANK_CZMQ_SHIM_H
#define SWIFT_RANK_CZMQ_SHIM_H

#include <zmq.h>

/* Swift's module of the C library leaves these headers out. */
#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>

/* Declared by <pthread.h> only with _GNU_SOURCE, which the importer does not set. */
#include <pthread.h>
int pthread_setname_np(pthread_t thread, const char *name);
#endif

#endif
