#define _GNU_SOURCE
#include "rank_load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int rank_load_spawn(char *const arguments[], int *output) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) return -1;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    pid_t process;
    int failure = posix_spawn(&process, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (failure) {
        close(ends[0]);
        errno = failure;
        return -1;
    }
    *output = ends[0];
    return process;
}

// Each thread's schedstat begins with the nanoseconds that it ran: https://docs.kernel.org/scheduler/sched-stats.html
uint64_t rank_load_processor_time(int process) {
    char path[320];
    snprintf(path, sizeof path, "/proc/%d/task", process);
    DIR *threads = opendir(path);
    if (!threads) return 0;
    uint64_t sum = 0;
    for (struct dirent *thread; (thread = readdir(threads));) {
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", process, thread->d_name);
        FILE *file = thread->d_name[0] == '.' ? NULL : fopen(path, "r");
        if (!file) continue;
        unsigned long long time = 0;
        if (fscanf(file, "%llu", &time) == 1) sum += time;
        fclose(file);
    }
    closedir(threads);
    return sum;
}

int rank_load_stop(int process) {
    kill(process, SIGTERM);
    int status;
    while (waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
