#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "checks.h"

#define MOST_PARTS 8

// Plain memory: a sanitizer sees whether the team orders reads and writes.
typedef struct loop {
    uint64_t *calls;
    uint64_t number;
} loop;

static void call(const void *job, size_t part, size_t parts) {
    const loop *loop = job;
    // Writes of another thread in the loop before are visible.
    loop->calls[part] += loop->calls[(part + 1) % parts + MOST_PARTS] == loop->number;
}

static void note(const void *job, size_t part, size_t parts) {
    const loop *loop = job;
    loop->calls[part + MOST_PARTS] = loop->number;
    (void)parts;
}

// The thread that ran each part.
typedef struct threads {
    pthread_t *of_part;
} threads;

static void note_thread(const void *job, size_t part, size_t parts) {
    const threads *threads = job;
    threads->of_part[part] = pthread_self();
    (void)parts;
}

// The caller does not wait for a thread that starts late: it runs the parts that the thread has not started.
static void check_takes_over(counts *counts) {
    rank_team *team = rank_team_create(2);
    size_t taken = 0;
    for (int loop = 0; loop < 50; loop++) {
        // Longer than the other thread looks before it sleeps: it is then late for so short a loop.
        nanosleep(&(struct timespec){0, 2000000}, NULL);
        pthread_t of_part[2] = {0};
        const threads threads = {of_part};
        rank_team_run(team, 2, note_thread, &threads);
        EXPECT(counts, pthread_equal(of_part[0], pthread_self()), "the first part was not the caller's\n");
        taken += pthread_equal(of_part[1], pthread_self()) != 0;
    }
    EXPECT(counts, taken > 0, "the caller waited for a thread that slept, %zu times of 50\n", 50 - taken);
    rank_team_destroy(team);
}

static void check_team_of(counts *counts, size_t threads, uint64_t loops, bool rests) {
    rank_team *team = rank_team_create(threads);
    const size_t count = rank_team_count(team);
    EXPECT(counts, count >= 1 && count <= threads, "a team of %zu has %zu threads\n", threads, count);
    for (size_t parts = 1; parts <= count; parts++) {
        uint64_t calls[2 * MOST_PARTS] = {0};
        for (uint64_t number = 1; number <= loops; number++) {
            const loop loop = {calls, number};
            rank_team_run(team, parts, note, &loop);
            rank_team_run(team, parts, call, &loop);
            if (rests) {
                // Longer than any thread looks before it sleeps.
                nanosleep(&(struct timespec){0, 2000000}, NULL);
            }
        }
        for (size_t part = 0; part < MOST_PARTS; part++) {
            const uint64_t expected = part < parts ? loops : 0;
            EXPECT(counts, calls[part] == expected, "part %zu of %zu ran %llu times, not %llu\n", part, parts,
                   (unsigned long long)calls[part], (unsigned long long)expected);
        }
    }
    rank_team_destroy(team);
}

void check_team(counts *counts) {
    for (size_t threads = 1; threads <= MOST_PARTS; threads++) {
        check_team_of(counts, threads, 300, false);
    }
    check_team_of(counts, 2, 20, true);
    check_team_of(counts, 3, 10, true);
    check_takes_over(counts);
    // Destroyed before it has run a loop.
    rank_team_destroy(rank_team_create(4));
    rank_team_destroy(NULL);
    EXPECT(counts, rank_team_count(NULL) == 1, "the caller alone is not one thread\n");
}
