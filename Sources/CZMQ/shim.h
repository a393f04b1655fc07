#ifndef SWIFT_RANK_CZMQ_SHIM_H
#define SWIFT_RANK_CZMQ_SHIM_H

#include <zmq.h>

#endif
