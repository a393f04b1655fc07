#ifndef SWIFT_RANK_CZMQ_SHIM_H
#define SWIFT_RANK_CZMQ_SHIM_H

#include <errno.h>
#include <zmq.h>

// The numbers of the C library that zmq_errno(3) gives beside libzmq's own: this module does not export that library.
static const int ZMQ_EACCES = EACCES;
static const int ZMQ_EADDRINUSE = EADDRINUSE;
static const int ZMQ_EADDRNOTAVAIL = EADDRNOTAVAIL;
static const int ZMQ_EAGAIN = EAGAIN;
static const int ZMQ_EHOSTUNREACH = EHOSTUNREACH;
static const int ZMQ_EINTR = EINTR;
static const int ZMQ_EINVAL = EINVAL;
static const int ZMQ_EMFILE = EMFILE;
static const int ZMQ_ENFILE = ENFILE;
static const int ZMQ_ENODEV = ENODEV;
static const int ZMQ_ENOENT = ENOENT;
static const int ZMQ_ENOMEM = ENOMEM;
static const int ZMQ_ENOTDIR = ENOTDIR;
static const int ZMQ_ENOTSOCK = ENOTSOCK;
static const int ZMQ_ENOTSUP = ENOTSUP;
static const int ZMQ_EPERM = EPERM;

#endif
