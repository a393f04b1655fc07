#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "rank_team.h"

#include "rank_processors.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

// Looks of a thread before it sleeps: about ten microseconds.
#define TEAM_LOOKS 1000

typedef struct team_member {
    // The round of a loop while this member's part is not started; 0 once the member or the caller has started it.
    _Alignas(64) atomic_uint_least64_t open;
    rank_team *team;
    size_t index;
    pthread_t thread;
} team_member;

struct rank_team {
    // The current loop; written before its parts are opened, read by threads that have taken a part.
    rank_team_work work;
    const void *job;
    size_t parts;
    // The number of loops so far. A thread that slept through loops skips them; 64 bits do not overflow.
    _Alignas(64) atomic_uint_least64_t round;
    // Parts that are not finished, without the caller's.
    _Alignas(64) atomic_size_t pending;
    atomic_size_t sleepers;
    atomic_bool caller_sleeps, ends;
    pthread_mutex_t mutex;
    pthread_cond_t begun, done;
    // Members without the caller, and the looks of each thread before it sleeps.
    size_t others;
    unsigned looks;
    team_member *members;
};

static inline void look_again(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

// Waits for a loop after `seen` and returns its round.
static uint64_t next_round(rank_team *team, uint64_t seen) {
    for (unsigned look = 0; look < team->looks; look++) {
        const uint64_t round = atomic_load_explicit(&team->round, memory_order_acquire);
        if (round != seen) {
            return round;
        }
        look_again();
    }
    // Either the caller sees a sleeper, or the sleeper sees the caller's loop: both write before they read, in one
    // total order.
    pthread_mutex_lock(&team->mutex);
    atomic_fetch_add(&team->sleepers, 1);
    uint64_t round;
    while ((round = atomic_load(&team->round)) == seen) {
        pthread_cond_wait(&team->begun, &team->mutex);
    }
    atomic_fetch_sub(&team->sleepers, 1);
    pthread_mutex_unlock(&team->mutex);
    return round;
}

// Announces the next loop, or the end of the team.
static void begin(rank_team *team, uint64_t round) {
    atomic_store(&team->round, round);
    if (atomic_load(&team->sleepers) > 0) {
        pthread_mutex_lock(&team->mutex);
        pthread_cond_broadcast(&team->begun);
        pthread_mutex_unlock(&team->mutex);
    }
}

// Takes a member's part. Returns whether no thread had started it. Writes of the caller before it opened the part are
// visible: the loop lasts until the part is finished.
static bool take(team_member *member, uint64_t round) {
    return atomic_compare_exchange_strong_explicit(&member->open, &round, 0, memory_order_acq_rel,
                                                   memory_order_relaxed);
}

static void wait_until_done(rank_team *team) {
    for (unsigned look = 0; look < team->looks; look++) {
        if (atomic_load_explicit(&team->pending, memory_order_acquire) == 0) {
            return;
        }
        look_again();
    }
    pthread_mutex_lock(&team->mutex);
    atomic_store(&team->caller_sleeps, true);
    while (atomic_load(&team->pending) > 0) {
        pthread_cond_wait(&team->done, &team->mutex);
    }
    atomic_store(&team->caller_sleeps, false);
    pthread_mutex_unlock(&team->mutex);
}

static void *attend(void *argument) {
    team_member *self = argument;
    rank_team *team = self->team;
    uint64_t round = 0;
    for (;;) {
        round = next_round(team, round);
        if (atomic_load(&team->ends)) {
            return NULL;
        }
        if (!take(self, round)) {
            continue;
        }
        team->work(team->job, self->index, team->parts);
        if (atomic_fetch_sub(&team->pending, 1) == 1 && atomic_load(&team->caller_sleeps)) {
            pthread_mutex_lock(&team->mutex);
            pthread_cond_signal(&team->done);
            pthread_mutex_unlock(&team->mutex);
        }
    }
}

// Starts up to `count` members, with all signals blocked.
static void enlist(rank_team *team, size_t count) {
    sigset_t all, before;
    pthread_attr_t attributes;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    // musl gives new threads 128 KiB, too little for loops in Swift; untouched pages cost nothing.
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 8 << 20);
    while (team->others < count) {
        team_member *member = &team->members[team->others];
        *member = (team_member){.team = team, .index = team->others + 1};
        // https://man7.org/linux/man-pages/man3/pthread_create.3.html
        if (pthread_create(&member->thread, &attributes, attend, member) != 0) {
            break;
        }
        team->others++;
    }
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

rank_team *rank_team_create(size_t threads) {
    threads = threads < RANK_TEAM_LIMIT ? threads : RANK_TEAM_LIMIT;
    if (threads < 2) {
        return NULL;
    }
    rank_team *team = aligned_alloc(_Alignof(rank_team), sizeof *team);
    team_member *members = aligned_alloc(_Alignof(team_member), (threads - 1) * sizeof *members);
    if (team == NULL || members == NULL) {
        free(team);
        free(members);
        return NULL;
    }
    *team = (rank_team){.members = members, .looks = threads <= (size_t)rank_processors() ? TEAM_LOOKS : 0};
    pthread_mutex_init(&team->mutex, NULL);
    pthread_cond_init(&team->begun, NULL);
    pthread_cond_init(&team->done, NULL);
    enlist(team, threads - 1);
    if (team->others == 0) {
        rank_team_destroy(team);
        return NULL;
    }
    return team;
}

size_t rank_team_count(const rank_team *team) { return team == NULL ? 1 : team->others + 1; }

void rank_team_destroy(rank_team *team) {
    if (team == NULL) {
        return;
    }
    atomic_store(&team->ends, true);
    begin(team, atomic_load(&team->round) + 1);
    for (size_t index = 0; index < team->others; index++) {
        pthread_join(team->members[index].thread, NULL);
    }
    pthread_cond_destroy(&team->done);
    pthread_cond_destroy(&team->begun);
    pthread_mutex_destroy(&team->mutex);
    free(team->members);
    free(team);
}

void rank_team_run(rank_team *team, size_t parts, rank_team_work work, const void *job) {
    if (team == NULL || parts < 2) {
        work(job, 0, 1);
        return;
    }
    const uint64_t round = atomic_load_explicit(&team->round, memory_order_relaxed) + 1;
    team->work = work;
    team->job = job;
    team->parts = parts;
    atomic_store_explicit(&team->pending, parts - 1, memory_order_relaxed);
    for (size_t index = 0; index < parts - 1; index++) {
        atomic_store_explicit(&team->members[index].open, round, memory_order_release);
    }
    begin(team, round);
    work(job, 0, parts);
    // Members without a processor may start late: the caller runs their parts instead of waiting.
    for (size_t index = 0; index < parts - 1; index++) {
        if (take(&team->members[index], round)) {
            work(job, index + 1, parts);
            atomic_fetch_sub_explicit(&team->pending, 1, memory_order_relaxed);
        }
    }
    wait_until_done(team);
}
