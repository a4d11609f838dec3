/*
 * The runtime under a Godwit workload: no C library, no thread-local storage, the same symbols on
 * both ISAs. Calls return what the kernel returns: a negative errno on failure.
 */
#ifndef GODWIT_RUNTIME_H
#define GODWIT_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A program defines this; its result is the exit status. */
int main(int argc, char **argv, char **envp);

/* "x86_64" or "aarch64". An array of one size on both ISAs, so that nothing behind it moves. */
extern const char isa_name[16];

/* ---- memory and strings ---- */
void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int byte, size_t length);
int memcmp(const void *a, const void *b, size_t length);
size_t strlen(const char *string);
bool equal_strings(const char *a, const char *b);
/* Reads a decimal number that fills the whole string and is at most `limit`. */
bool parse_unsigned(const char *string, uint64_t limit, uint64_t *value);

/* ---- text: appends to a buffer, drops what does not fit ---- */
struct text {
    char *at;
    char *end;
};
void put_string(struct text *text, const char *string);
void put_bytes(struct text *text, const char *bytes, size_t length);
void put_unsigned(struct text *text, uint64_t value);
/* Sixteen lower-case hexadecimal digits. */
void put_hex(struct text *text, uint64_t value);
/* Nine digits after the point, cut off; for 0 <= value < 2^63. */
void put_double(struct text *text, double value);

/* ---- system calls; constants are the kernel's, equal on both ISAs ---- */
enum { EINTR = 4, EAGAIN = 11 };
enum { AT_FDCWD = -100, O_RDWR = 02, O_CREAT = 0100, O_APPEND = 02000, O_CLOEXEC = 02000000 };
enum { SEEK_CUR = 1, SEEK_END = 2 };
enum { PROT_READ = 1, PROT_WRITE = 2 };
enum { MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20, MAP_FIXED_NOREPLACE = 0x100000 };
enum { SIGUSR1 = 10, SIGPIPE = 13, SIGALRM = 14, SIGTERM = 15 };
enum { SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2 };
enum { POLLIN = 1, POLLOUT = 4, POLLERR = 8, POLLHUP = 16 };

#define SIGNAL_BIT(signal) (1UL << ((signal) - 1))

typedef void (*signal_handler)(int signal);
#define SIGNAL_DEFAULT ((signal_handler)0)
#define SIGNAL_IGNORE ((signal_handler)1)

struct poll_fd {
    int fd;
    short events;
    short revents;
};

long sys_read(int fd, void *buffer, size_t length);
long sys_write(int fd, const void *buffer, size_t length);
long sys_pread(int fd, void *buffer, size_t length, int64_t offset);
long sys_lseek(int fd, int64_t offset, int whence);
long sys_openat(const char *path, int flags, int mode);
long sys_close(int fd);
long sys_fsync(int fd);
long sys_mmap(void *address, size_t length, int protection, int flags);
long sys_getpid(void);
long sys_kill(long pid, int signal);
__attribute__((noreturn)) void sys_exit(int status);

/* Installs a handler that blocks `blocked` while it runs. On x86_64 the kernel demands a restorer
   (SA_RESTORER); on arm64 the vdso has one, so none is set. */
long set_signal_handler(int signal, signal_handler handler, uint64_t blocked);
/* The disposition the kernel holds for a signal. */
signal_handler get_signal_handler(int signal);
/* Returns the mask that was in force. */
uint64_t set_signal_mask(uint64_t mask);
long set_interval_timer(uint64_t microseconds);
uint64_t get_interval_timer(void);

/* May end early when a signal is handled. */
void sleep_milliseconds(unsigned milliseconds);
/* Waits with `mask` in force for as long as it waits. */
long poll_files(struct poll_fd *files, unsigned count, unsigned milliseconds, uint64_t mask);

/* Writes everything; repeats after EINTR and, after a short sleep, EAGAIN. False when it cannot. */
bool write_all(int fd, const char *bytes, size_t length);

/* ---- TCP over IPv4, descriptors non-blocking and close-on-exec ---- */
long listen_on_port(uint16_t port);
long accept_client(int listener);
/* Of this machine; blocking. */
long connect_to_port(uint16_t port);

#endif
