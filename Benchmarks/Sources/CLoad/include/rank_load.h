// A client with one or several requests outstanding, and the processes that it loads.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A connected client. One thread at a time.
typedef struct rank_load rank_load;

/// Connects a DEALER to `endpoint`. Returns NULL, with errno set, on failure.
rank_load *rank_load_open(const char *endpoint);

/// Closes the client.
void rank_load_close(rank_load *load);

/// Sends requests one after another and waits for each reply.
///
/// `requests` holds `variants` frames of `request_size` bytes each, which take turns. `rounds` round trips are made; the
/// time of each, in nanoseconds from the send to the reply, goes into `times` unless that is NULL.
/// Returns 0, or -1 with the reason in `*error`: no reply within two seconds, or one of another size than `reply_size`.
int rank_load_run(rank_load *load, const uint8_t *requests, size_t request_size, size_t variants, size_t reply_size,
                  size_t rounds, uint64_t *times, const char **error);

/// Keeps `outstanding` requests on their way until `rounds` of them are answered; the time of all goes into `*elapsed`.
///
/// Otherwise as `rank_load_run`.
int rank_load_flood(rank_load *load, const uint8_t *requests, size_t request_size, size_t variants, size_t reply_size,
                    size_t rounds, size_t outstanding, uint64_t *elapsed, const char **error);

/// Copies the reply received last, at most `capacity` bytes of it, and returns its whole size.
size_t rank_load_reply(rank_load *load, uint8_t *bytes, size_t capacity);

/// Starts a program with its own standard output on a pipe, and the caller's standard error.
/// Returns its process id and the pipe's read end in `*output`, or -1 with errno set.
int rank_load_spawn(char *const arguments[], int *output);

/// Asks a process to end, waits, and returns its exit status; -1 if it did not exit by itself.
int rank_load_stop(int process);

/// The processor time that a running process has used, in nanoseconds, of all its threads; 0 where the system does not tell.
uint64_t rank_load_processor_time(int process);

/// Nanoseconds of a clock that does not jump.
uint64_t rank_load_now(void);

#ifdef __cplusplus
}
#endif
