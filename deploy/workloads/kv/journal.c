/* The append-only file. What was appended waits in memory for up to a second: it must cross too. */
#include "kv.h"

enum { BUFFER_BYTES = 4096 };

static int file;
static const char *path;
static char buffer[BUFFER_BYTES];
static size_t buffered;

long journal_open(const char *name) {
    path = name;
    long fd = sys_openat(name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    file = (int)fd;
    return fd;
}

const char *journal_path(void) {
    return path;
}

bool journal_flush(void) {
    bool written = write_all(file, buffer, buffered);
    if (written) {
        buffered = 0;
    }
    return written;
}

bool journal_sync(void) {
    return journal_flush() && sys_fsync(file) == 0;
}

void journal_append(const char *bytes, size_t length) {
    if (length > BUFFER_BYTES - buffered) {
        journal_flush();
    }
    if (length <= BUFFER_BYTES - buffered) {
        memcpy(buffer + buffered, bytes, length);
        buffered += length;
    }
}

bool journal_read_back(struct journal_state *state) {
    char chunk[BUFFER_BYTES];
    uint64_t sum = 0xCBF29CE484222325UL; /* FNV-1a, 64 bits */
    uint64_t at = 0;
    if (!journal_flush()) {
        return false;
    }
    for (;;) {
        long length = sys_pread(file, chunk, sizeof chunk, (int64_t)at);
        if (length < 0) {
            return false;
        }
        if (length == 0) {
            break;
        }
        for (long i = 0; i < length; i++) {
            sum = (sum ^ (uint8_t)chunk[i]) * 0x100000001B3UL;
        }
        at += (uint64_t)length;
    }
    state->size = at;
    state->offset = (uint64_t)sys_lseek(file, 0, SEEK_CUR);
    state->checksum = sum;
    return true;
}
