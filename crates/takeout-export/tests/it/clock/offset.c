/* A wall clock that is wrong by as many seconds as a file says: loaded before the C library, into the program alone. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
    long result = syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && clock == CLOCK_REALTIME) {
        const char *path = getenv("CLOCK_OFFSET_FILE");
        FILE *file = path ? fopen(path, "r") : NULL;
        long offset_secs = 0;
        if (file) {
            if (fscanf(file, "%ld", &offset_secs) == 1)
                now->tv_sec += offset_secs;
            fclose(file);
        }
    }
    return (int)result;
}
