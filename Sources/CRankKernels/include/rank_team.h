// Threads that work on one training together.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Some threads, the caller's among them, that share one loop after the other.
///
/// Handing a loop out takes about as long as multiplying a few thousand numbers: the others wait for the next one in a
/// loop of their own for some ten microseconds before they sleep. They only wait so where each has a processor. Parts that
/// no thread has begun by the time the caller is done with his own are his, so that a thread whose processor is busy with
/// something else holds nobody up unless it was interrupted amid a part. For one caller at a time. A null pointer is a
/// team of the caller alone, everywhere.
typedef struct rank_team rank_team;

/// The most threads of a team.
#define RANK_TEAM_LIMIT 1024

/// A team of up to `threads` threads, 1 to `RANK_TEAM_LIMIT`: fewer where the system gives no more; null for one.
rank_team *rank_team_create(size_t threads);

/// How many threads there are, the caller's included; at least 1.
size_t rank_team_count(const rank_team *team);

/// Ends the others and waits for them. Not while a loop runs.
void rank_team_destroy(rank_team *team);

/// A part of a loop: `part` of `parts`, counted from 0.
typedef void (*rank_team_work)(const void *job, size_t part, size_t parts);

/// Calls `work` with each of `parts` parts, 1 to the number of threads, each on a thread of its own where one comes in
/// time, the first on the caller's; returns when all have returned, and everything they wrote can be read. Nothing is
/// allocated.
void rank_team_run(rank_team *team, size_t parts, rank_team_work work, const void *job);

#ifdef __cplusplus
}
#endif
