/* A reader that finds one line less: the second time that contacts.jsonl is opened to be read, its last line is gone. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int without_last_line(int file)
{
    off_t end = lseek(file, 0, SEEK_END);
    char *text = malloc(end);
    if (!text || pread(file, text, end, 0) != end)
        abort();
    do
        end--;
    while (end > 0 && text[end - 1] != '\n');
    int shorter = memfd_create("shorter", 0);
    if (write(shorter, text, end) != end || lseek(shorter, 0, SEEK_SET) != 0)
        abort();
    free(text);
    close(file);
    return shorter;
}

int open64(const char *path, int flags, ...)
{
    static int reads;
    va_list rest;
    va_start(rest, flags);
    int mode = flags & O_CREAT ? va_arg(rest, int) : 0;
    va_end(rest);
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    const char *name = strrchr(path, '/');
    int is_read = file >= 0 && (flags & O_ACCMODE) == O_RDONLY;
    if (!is_read || !name || strcmp(name, "/contacts.jsonl") != 0 || ++reads != 2)
        return file;
    return without_last_line(file);
}
