// Threads that share the loops of a training.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Threads, the caller's among them, that share one loop after the other.
///
/// Handing out a loop takes about as long as multiplying a few thousand numbers: between loops the other threads spin
/// for about ten microseconds before they sleep, provided that each has a processor. When the caller has finished its
/// part it also runs every part that no thread has started, so a thread without a processor delays a loop only when it
/// was interrupted within a part. One caller at a time. A null pointer is a team of the caller alone.
typedef struct rank_team rank_team;

/// The most threads of a team.
#define RANK_TEAM_LIMIT 1024

/// Creates a team of up to `threads` threads, 1 to `RANK_TEAM_LIMIT`, or as many as the system gives; null for one.
rank_team *rank_team_create(size_t threads);

/// The number of threads, the caller's included; at least 1.
size_t rank_team_count(const rank_team *team);

/// Ends the other threads and waits for them. Must not be called while a loop runs.
void rank_team_destroy(rank_team *team);

/// A part of a loop: `part` of `parts`, counted from 0.
typedef void (*rank_team_work)(const void *job, size_t part, size_t parts);

/// Calls `work` with each of `parts` parts, 1 to the number of threads: the first on the caller's thread, each other
/// one on a thread of its own if that starts in time. Returns when all calls have returned; their writes are visible to
/// the caller. Allocates nothing.
void rank_team_run(rank_team *team, size_t parts, rank_team_work work, const void *job);

#ifdef __cplusplus
}
#endif
