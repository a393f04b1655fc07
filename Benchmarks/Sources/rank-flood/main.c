// A load that does not wait for its answers: SCORE requests at a fixed rate, or as many outstanding as asked for.
//
//     rank-flood ENDPOINT [--candidates N] [--rate PER-SECOND | --window N] [--seconds S] [--deadline-us N]
//                [--clients N] [--bulk] [--expired] [--users N] [--items N]
//
// --expired sends requests without any time left, which a worker only receives and refuses.
//
// One thread, a DEALER for each client. Latencies count from when a request was due, not from when it was sent. It
// prints one line of JSON: what was answered, how, and how long the answers took and say they waited.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

enum { header = 48, parameters = 16, query = 16, maximum_clients = 64 };

struct options {
    const char *endpoint;
    uint32_t candidates, deadline_us, clients, window, users, items;
    double rate, seconds;
    int bulk, expired;
};

struct times {
    uint32_t *values;
    size_t count, capacity;
};

static uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int fail(const char *what) {
    fprintf(stderr, "rank-flood: %s: %s\n", what, zmq_strerror(zmq_errno()));
    exit(69);
}

static void add(struct times *times, uint64_t microseconds) {
    if (times->count == times->capacity) {
        times->capacity = times->capacity ? 2 * times->capacity : 1024;
        times->values = realloc(times->values, times->capacity * sizeof *times->values);
        if (!times->values) fail("no memory for times");
    }
    times->values[times->count++] = microseconds > UINT32_MAX ? UINT32_MAX : (uint32_t)microseconds;
}

static int compare(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

static void print_times(const char *name, struct times *times) {
    if (times->count) qsort(times->values, times->count, sizeof *times->values, compare);
    uint32_t p50 = times->count ? times->values[times->count / 2] : 0;
    uint32_t p99 = times->count ? times->values[(times->count * 99) / 100] : 0;
    uint32_t most = times->count ? times->values[times->count - 1] : 0;
    printf("\"%s\": {\"p50\": %u, \"p99\": %u, \"max\": %u}", name, p50, p99, most);
}

static void put32(uint8_t *bytes, uint32_t value) { memcpy(bytes, &value, sizeof value); }
static void put64(uint8_t *bytes, uint64_t value) { memcpy(bytes, &value, sizeof value); }
static uint32_t get32(const uint8_t *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

// docs/reference/protocol.md, SCORE.
static size_t build(uint8_t *frame, const struct options *options, uint64_t seed) {
    size_t size = header + parameters + query + 8 * (size_t)options->candidates;
    memset(frame, 0, header + parameters + query);
    put32(frame, (uint32_t)size - 4);
    memcpy(frame + 4, "RANK", 4);
    frame[16] = 1;
    frame[17] = 1;
    put32(frame + 20, options->expired ? 0 : options->deadline_us ? options->deadline_us : UINT32_MAX);
    put32(frame + header, 1);
    frame[header + 8] = 1;
    frame[header + 9] = (uint8_t)options->bulk;
    uint8_t *q = frame + header + parameters;
    put32(q, options->candidates);
    put32(q + 4, query + 8 * options->candidates);
    uint64_t state = seed;
    for (uint32_t i = 0; i <= options->candidates; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        put64(q + 8 + 8 * (size_t)i, 1 + (state >> 33) % (i ? options->items : options->users));
    }
    return size;
}

static struct options read_options(int count, char **arguments) {
    struct options options = {.candidates = 500, .clients = 1, .users = 943, .items = 1682, .seconds = 5};
    for (int i = 1; i < count; i++) {
        const char *name = arguments[i], *value = i + 1 < count ? arguments[i + 1] : "";
        if (name[0] != '-') options.endpoint = name;
        else if (!strcmp(name, "--bulk")) options.bulk = 1;
        else if (!strcmp(name, "--expired")) options.expired = 1;
        else {
            i++;
            if (!strcmp(name, "--candidates")) options.candidates = (uint32_t)strtoul(value, NULL, 10);
            else if (!strcmp(name, "--rate")) options.rate = strtod(value, NULL);
            else if (!strcmp(name, "--window")) options.window = (uint32_t)strtoul(value, NULL, 10);
            else if (!strcmp(name, "--seconds")) options.seconds = strtod(value, NULL);
            else if (!strcmp(name, "--deadline-us")) options.deadline_us = (uint32_t)strtoul(value, NULL, 10);
            else if (!strcmp(name, "--clients")) options.clients = (uint32_t)strtoul(value, NULL, 10);
            else if (!strcmp(name, "--users")) options.users = (uint32_t)strtoul(value, NULL, 10);
            else if (!strcmp(name, "--items")) options.items = (uint32_t)strtoul(value, NULL, 10);
            else options.endpoint = NULL, i = count;
        }
    }
    if (!options.endpoint || !options.clients || options.clients > maximum_clients || !options.users || !options.items
        || options.candidates > 1000000 || (options.rate > 0) == (options.window > 0)) {
        fprintf(stderr, "usage: rank-flood ENDPOINT [--candidates N] {--rate PER-SECOND | --window N} [--seconds S]\n"
                        "                  [--deadline-us N] [--clients N] [--bulk] [--expired]\n                  [--users N] [--items N]\n");
        exit(64);
    }
    return options;
}

int main(int count, char **arguments) {
    struct options options = read_options(count, arguments);
    void *context = zmq_ctx_new(), *sockets[maximum_clients];
    zmq_pollitem_t items[maximum_clients];
    int linger = 0, mark = 100000;
    for (uint32_t i = 0; i < options.clients; i++) {
        sockets[i] = zmq_socket(context, ZMQ_DEALER);
        if (!sockets[i] || zmq_setsockopt(sockets[i], ZMQ_LINGER, &linger, sizeof linger)
            || zmq_setsockopt(sockets[i], ZMQ_SNDHWM, &mark, sizeof mark)
            || zmq_setsockopt(sockets[i], ZMQ_RCVHWM, &mark, sizeof mark)
            || zmq_connect(sockets[i], options.endpoint)) return fail(options.endpoint);
        items[i] = (zmq_pollitem_t){.socket = sockets[i], .events = ZMQ_POLLIN};
    }
    uint8_t *frame = malloc(header + parameters + query + 8 * (size_t)options.candidates);
    if (!frame) return fail("no memory");
    size_t size = build(frame, &options, 42);

    // A request's number tells when it was due: microseconds since the start.
    uint64_t start = now_ns() + 100000000u, end = start + (uint64_t)(options.seconds * 1e9);
    uint64_t sent = 0, received = 0, in_time = 0, unsent = 0, statuses[17] = {0};
    struct times latency = {0}, queue = {0}, refusal = {0};
    zmq_msg_t reply;
    zmq_msg_init(&reply);
    for (;;) {
        uint64_t now = now_ns();
        if (now >= end && (received >= sent || now >= end + 2000000000u)) break;
        while (now < end && now >= start) {
            uint64_t due = options.rate > 0 ? start + (uint64_t)((double)(sent + unsent) * 1e9 / options.rate) : now;
            if (options.rate > 0 ? due > now : sent - received >= options.window) break;
            put64(frame + 8, (due - start) / 1000);
            if (zmq_send(sockets[sent % options.clients], frame, size, ZMQ_DONTWAIT) < 0) {
                unsent++;
                break;
            }
            sent++;
        }
        if (options.rate > 0) {
            // The next request is due soon: look, do not sleep.
            zmq_poll(items, (int)options.clients, 0);
        } else {
            zmq_poll(items, (int)options.clients, 100);
        }
        for (uint32_t i = 0; i < options.clients; i++) {
            for (int burst = 0; burst < 64 && zmq_msg_recv(&reply, sockets[i], ZMQ_DONTWAIT) >= 0; burst++) {
                const uint8_t *bytes = zmq_msg_data(&reply);
                if (zmq_msg_size(&reply) < header + 16) return fail("a reply that is too short");
                uint64_t due;
                memcpy(&due, bytes + 8, sizeof due);
                uint64_t took = (now_ns() - start) / 1000 - due;
                uint16_t status;
                memcpy(&status, bytes + 40, sizeof status);
                received++;
                statuses[status < 17 ? status : 2]++;
                if (status == 0) {
                    add(&latency, took);
                    add(&queue, get32(bytes + header + 4));
                    if (!options.deadline_us || took <= options.deadline_us) in_time++;
                } else {
                    add(&refusal, took);
                }
            }
        }
    }
    printf("{\"sent\": %llu, \"unsent\": %llu, \"answered\": %llu, \"ok\": %llu, \"in_time\": %llu, ",
           (unsigned long long)sent, (unsigned long long)unsent, (unsigned long long)received,
           (unsigned long long)statuses[0], (unsigned long long)in_time);
    printf("\"refused\": %llu, \"expired\": %llu, \"seconds\": %g, \"goodput\": %.1f, ",
           (unsigned long long)statuses[8], (unsigned long long)statuses[4], options.seconds,
           (double)in_time / options.seconds);
    print_times("latency_us", &latency);
    printf(", ");
    print_times("queue_us", &queue);
    printf(", ");
    print_times("refusal_us", &refusal);
    printf("}\n");
    for (uint32_t i = 0; i < options.clients; i++) zmq_close(sockets[i]);
    zmq_ctx_term(context);
    return 0;
}
