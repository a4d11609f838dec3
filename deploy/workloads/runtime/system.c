/* System calls, and what little stands between them and a program. */
#include "isa.h"
#include "runtime.h"

/* The kernel's struct sigaction (uapi asm/signal.h), alike on both ISAs. */
struct kernel_sigaction {
    signal_handler handler;
    uint64_t flags;
    void (*restorer)(void);
    uint64_t mask;
};

enum { SA_RESTORER = 0x04000000 };

struct kernel_timespec {
    int64_t seconds;
    int64_t nanoseconds;
};

struct kernel_itimerval {
    int64_t interval_seconds;
    int64_t interval_microseconds;
    int64_t value_seconds;
    int64_t value_microseconds;
};

void __restore_rt(void);

long sys_read(int fd, void *buffer, size_t length) {
    return syscall3(SYS_read, fd, (long)buffer, (long)length);
}

long sys_write(int fd, const void *buffer, size_t length) {
    return syscall3(SYS_write, fd, (long)buffer, (long)length);
}

long sys_pread(int fd, void *buffer, size_t length, int64_t offset) {
    return syscall4(SYS_pread64, fd, (long)buffer, (long)length, offset);
}

long sys_lseek(int fd, int64_t offset, int whence) {
    return syscall3(SYS_lseek, fd, offset, whence);
}

long sys_openat(const char *path, int flags, int mode) {
    return syscall4(SYS_openat, AT_FDCWD, (long)path, flags, mode);
}

long sys_close(int fd) {
    return syscall1(SYS_close, fd);
}

long sys_fsync(int fd) {
    return syscall1(SYS_fsync, fd);
}

long sys_mmap(void *address, size_t length, int protection, int flags) {
    return syscall6(SYS_mmap, (long)address, (long)length, protection, flags, -1, 0);
}

long sys_getpid(void) {
    return syscall1(SYS_getpid, 0);
}

long sys_kill(long pid, int signal) {
    return syscall2(SYS_kill, pid, signal);
}

void sys_exit(int status) {
    for (;;) {
        syscall1(SYS_exit_group, status);
    }
}

long set_signal_handler(int signal, signal_handler handler, uint64_t blocked) {
    struct kernel_sigaction action = {.handler = handler, .mask = blocked};
#if defined(__x86_64__)
    action.flags = SA_RESTORER;
    action.restorer = __restore_rt;
#endif
    return syscall4(SYS_rt_sigaction, signal, (long)&action, 0, sizeof action.mask);
}

signal_handler get_signal_handler(int signal) {
    struct kernel_sigaction action = {.handler = SIGNAL_DEFAULT};
    syscall4(SYS_rt_sigaction, signal, 0, (long)&action, sizeof action.mask);
    return action.handler;
}

uint64_t set_signal_mask(uint64_t mask) {
    uint64_t old = 0;
    syscall4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, (long)&old, sizeof mask);
    return old;
}

long set_interval_timer(uint64_t microseconds) {
    int64_t seconds = (int64_t)(microseconds / 1000000);
    int64_t rest = (int64_t)(microseconds % 1000000);
    struct kernel_itimerval timer = {seconds, rest, seconds, rest};
    return syscall3(SYS_setitimer, 0, (long)&timer, 0);
}

uint64_t get_interval_timer(void) {
    struct kernel_itimerval timer = {0, 0, 0, 0};
    syscall2(SYS_getitimer, 0, (long)&timer);
    return (uint64_t)timer.interval_seconds * 1000000 + (uint64_t)timer.interval_microseconds;
}

void sleep_milliseconds(unsigned milliseconds) {
    struct kernel_timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    syscall2(SYS_nanosleep, (long)&time, 0);
}

long poll_files(struct poll_fd *files, unsigned count, unsigned milliseconds, uint64_t mask) {
    struct kernel_timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    return syscall5(SYS_ppoll, (long)files, count, (long)&time, (long)&mask, sizeof mask);
}

bool write_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        long written = sys_write(fd, bytes, length);
        if (written >= 0) {
            bytes += written;
            length -= (size_t)written;
        } else if (written == -EAGAIN) {
            sleep_milliseconds(1);
        } else if (written != -EINTR) {
            return false;
        }
    }
    return true;
}

/* struct sockaddr_in; port and address in network byte order. */
struct internet_address {
    uint16_t family;
    uint16_t port;
    uint32_t address;
    uint64_t zero;
};

enum { AF_INET = 2, SOCK_STREAM = 1, SOCK_NONBLOCK = 04000, SOCK_CLOEXEC = 02000000 };
enum { SOL_SOCKET = 1, SO_REUSEADDR = 2, IPPROTO_TCP = 6, TCP_NODELAY = 1 };

static uint16_t network_order(uint16_t port) {
    return (uint16_t)(port << 8 | port >> 8);
}

long listen_on_port(uint16_t port) {
    struct internet_address any = {.family = AF_INET, .port = network_order(port)};
    int on = 1;
    long fd = syscall3(SYS_socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return fd;
    }
    syscall5(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, (long)&on, sizeof on);
    long result = syscall3(SYS_bind, fd, (long)&any, sizeof any);
    if (result == 0) {
        result = syscall2(SYS_listen, fd, 64);
    }
    if (result < 0) {
        sys_close((int)fd);
        return result;
    }
    return fd;
}

long connect_to_port(uint16_t port) {
    struct internet_address here = {
        .family = AF_INET, .port = network_order(port), .address = 0x0100007F /* 127.0.0.1 */};
    long fd = syscall3(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return fd;
    }
    long result = syscall3(SYS_connect, fd, (long)&here, sizeof here);
    if (result < 0) {
        sys_close((int)fd);
        return result;
    }
    return fd;
}

long accept_client(int listener) {
    int on = 1;
    long fd = syscall4(SYS_accept4, listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        /* Short answers go out at once. */
        syscall5(SYS_setsockopt, fd, IPPROTO_TCP, TCP_NODELAY, (long)&on, sizeof on);
    }
    return fd;
}
