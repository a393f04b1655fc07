// The floor of a round trip over libzmq: a ROUTER that answers each request with a frame of a fixed size.
//
//     rank-echo REPLY-BYTES ENDPOINT...
//
// It binds, prints one line per endpoint with the resolved address, and answers until it is killed.

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

static int fail(const char *what) {
    fprintf(stderr, "rank-echo: %s: %s\n", what, zmq_strerror(zmq_errno()));
    return 69;
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "usage: rank-echo REPLY-BYTES ENDPOINT...\n");
        return 64;
    }
    size_t reply_size = strtoul(arguments[1], NULL, 10);
    void *context = zmq_ctx_new();
    void *router = context ? zmq_socket(context, ZMQ_ROUTER) : NULL;
    if (!router) return fail("cannot make a socket");
    int mandatory = 1;
    zmq_setsockopt(router, ZMQ_ROUTER_MANDATORY, &mandatory, sizeof mandatory);
    for (int i = 2; i < count; i++) {
        if (zmq_bind(router, arguments[i])) return fail(arguments[i]);
        char endpoint[256];
        size_t size = sizeof endpoint;
        if (zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, endpoint, &size)) return fail(arguments[i]);
        printf("%s\n", endpoint);
    }
    printf("ready\n");
    fflush(stdout);

    zmq_msg_t identity, body, reply;
    zmq_msg_init(&identity);
    zmq_msg_init(&body);
    for (;;) {
        if (zmq_msg_recv(&identity, router, 0) < 0 || zmq_msg_recv(&body, router, 0) < 0) return fail("receive");
        if (zmq_msg_init_size(&reply, reply_size)) return fail("no memory for a reply");
        memset(zmq_msg_data(&reply), 0, reply_size);
        if (zmq_msg_send(&identity, router, ZMQ_SNDMORE) < 0 || zmq_msg_send(&reply, router, 0) < 0) {
            return fail("send");
        }
    }
}
