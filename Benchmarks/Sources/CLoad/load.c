#include "rank_load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

struct rank_load {
    void *context;
    void *socket;
    zmq_msg_t reply;
};

uint64_t rank_load_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void rank_load_close(rank_load *load) {
    if (!load) return;
    zmq_msg_close(&load->reply);
    if (load->socket) zmq_close(load->socket);
    if (load->context) zmq_ctx_term(load->context);
    free(load);
}

rank_load *rank_load_open(const char *endpoint) {
    rank_load *load = calloc(1, sizeof *load);
    if (!load) return NULL;
    zmq_msg_init(&load->reply);
    load->context = zmq_ctx_new();
    if (load->context) load->socket = zmq_socket(load->context, ZMQ_DEALER);
    int linger = 0, immediate = 1, timeout = 2000;
    if (!load->socket || zmq_setsockopt(load->socket, ZMQ_LINGER, &linger, sizeof linger)
        || zmq_setsockopt(load->socket, ZMQ_IMMEDIATE, &immediate, sizeof immediate)
        || zmq_setsockopt(load->socket, ZMQ_RCVTIMEO, &timeout, sizeof timeout)
        || zmq_setsockopt(load->socket, ZMQ_SNDTIMEO, &timeout, sizeof timeout)
        || zmq_connect(load->socket, endpoint)) {
        int saved = errno;
        rank_load_close(load);
        errno = saved;
        return NULL;
    }
    return load;
}

static int send_request(rank_load *load, const uint8_t *bytes, size_t size, const char **error) {
    zmq_msg_t request;
    if (zmq_msg_init_size(&request, size)) {
        *error = "no memory for a request";
        return -1;
    }
    memcpy(zmq_msg_data(&request), bytes, size);
    if (zmq_msg_send(&request, load->socket, 0) < 0) {
        zmq_msg_close(&request);
        *error = "a request could not be sent within two seconds";
        return -1;
    }
    return 0;
}

static int receive_reply(rank_load *load, size_t size, const char **error) {
    if (zmq_msg_recv(&load->reply, load->socket, 0) < 0) {
        *error = "no reply within two seconds";
        return -1;
    }
    if (zmq_msg_size(&load->reply) != size) {
        *error = "a reply of the wrong size, probably an error";
        return -1;
    }
    return 0;
}

int rank_load_run(rank_load *load, const uint8_t *requests, size_t request_size, size_t variants, size_t reply_size,
                  size_t rounds, uint64_t *times, const char **error) {
    for (size_t i = 0; i < rounds; i++) {
        uint64_t start = rank_load_now();
        if (send_request(load, requests + (i % variants) * request_size, request_size, error)) return -1;
        if (receive_reply(load, reply_size, error)) return -1;
        if (times) times[i] = rank_load_now() - start;
    }
    return 0;
}

int rank_load_flood(rank_load *load, const uint8_t *requests, size_t request_size, size_t variants, size_t reply_size,
                    size_t rounds, size_t outstanding, uint64_t *elapsed, const char **error) {
    uint64_t start = rank_load_now();
    size_t sent = 0;
    for (size_t received = 0; received < rounds; received++) {
        for (; sent < rounds && sent - received < outstanding; sent++) {
            if (send_request(load, requests + (sent % variants) * request_size, request_size, error)) return -1;
        }
        if (receive_reply(load, reply_size, error)) return -1;
    }
    *elapsed = rank_load_now() - start;
    return 0;
}

size_t rank_load_reply(rank_load *load, uint8_t *bytes, size_t capacity) {
    size_t size = zmq_msg_size(&load->reply);
    memcpy(bytes, zmq_msg_data(&load->reply), size < capacity ? size : capacity);
    return size;
}
