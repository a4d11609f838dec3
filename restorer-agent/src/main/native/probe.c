/*
 * The probe: does nothing but be dumped. A device runs it in a container made as the one that is to
 * come, checkpoints and restores it, and so learns what its own runtime makes of such a container.
 *
 * It waits in ppoll(), uses no memory but its stack and one page of data, and leaves the vdso as the
 * kernel mapped it. It holds one of each kind of descriptor that programs hold, so that what this
 * machine's CRIU cannot do on this machine's kernel fails while nothing is frozen: CRIU 4.1 on
 * Linux 6.16 and later dumps no internet socket, for one. What a container's confinement forbids is
 * left out. Nothing of it goes into a conversion, which has all open files from the source.
 * SIGTERM ends it with status 0, also as process 1 of a container, where a signal
 * without a handler would be ignored; every other signal finds it as it was.
 *
 * probe_mark: a word for whoever rehearses. Written from outside (/proc/PID/mem) before the dump and
 * read after the restore, it tells the restored process from one that was started anew, which has 0.
 */

#include "call.h"

#define SIGTERM 15

volatile unsigned long probe_mark;

/* struct sigaction of the kernel (uapi asm/signal.h), alike on both ISAs. */
struct kernel_sigaction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
};

#if defined(__x86_64__)

enum {
    SYS_write = 1, SYS_rt_sigaction = 13, SYS_socket = 41, SYS_bind = 49, SYS_listen = 50,
    SYS_socketpair = 53, SYS_exit_group = 231, SYS_epoll_ctl = 233, SYS_ppoll = 271,
    SYS_timerfd_create = 283, SYS_timerfd_settime = 286, SYS_eventfd2 = 290,
    SYS_epoll_create1 = 291, SYS_pipe2 = 293
};
#define PACKED_ON_X86 __attribute__((packed))
/* x86_64's kernel delivers no signal without a restorer. */
#define SA_RESTORER 0x04000000UL

__asm__(
    ".globl _start\n"
    ".type _start, @function\n"
    "_start:\n"
    "    xorl %ebp, %ebp\n"
    "    andq $-16, %rsp\n"
    "    call probe\n"
    ".size _start, . - _start\n"
    ".globl __restore_rt\n"
    ".type __restore_rt, @function\n"
    "__restore_rt:\n"
    "    movl $15, %eax\n"
    "    syscall\n"
    ".size __restore_rt, . - __restore_rt\n");

#elif defined(__aarch64__)

enum {
    SYS_eventfd2 = 19, SYS_epoll_create1 = 20, SYS_epoll_ctl = 21, SYS_pipe2 = 59, SYS_write = 64,
    SYS_ppoll = 73, SYS_timerfd_create = 85, SYS_timerfd_settime = 86, SYS_exit_group = 94,
    SYS_rt_sigaction = 134, SYS_socket = 198, SYS_socketpair = 199, SYS_bind = 200,
    SYS_listen = 201
};
#define PACKED_ON_X86
/* arm64's vdso has the way back from a handler. */
#define SA_RESTORER 0UL

__asm__(
    ".globl _start\n"
    ".type _start, %function\n"
    "_start:\n"
    "    mov x29, #0\n"
    "    mov x30, #0\n"
    "    bl probe\n"
    ".size _start, . - _start\n"
    ".globl __restore_rt\n"
    ".type __restore_rt, %function\n"
    "__restore_rt:\n"
    "    mov x8, #139\n"
    "    svc #0\n"
    ".size __restore_rt, . - __restore_rt\n");

#endif

void __restore_rt(void);

static void stop(int signal) {
    (void)signal;
    for (;;) {
        CALL4(SYS_exit_group, 0, 0, 0, 0);
    }
}

enum { AF_UNIX = 1, AF_INET = 2, SOCK_STREAM = 1, SOCK_DGRAM = 2, CLOCK_MONOTONIC = 1 };
enum { EPOLLIN = 1, EPOLL_CTL_ADD = 1 };

/* 127.0.0.1 and whichever port is free (struct sockaddr_in). */
static const struct {
    unsigned short family;
    unsigned short port;
    unsigned int address;
    char zero[8];
} loopback = {AF_INET, 0, 0x0100007f, {0}};

struct event {
    unsigned int events;
    unsigned long data;
} PACKED_ON_X86;

/* struct itimerspec: every hour, for the first time in an hour. */
static const long hourly[4] = {3600, 0, 3600, 0};

static long internet_socket(long type) {
    long fd = CALL4(SYS_socket, AF_INET, type, 0, 0);
    CALL4(SYS_bind, fd, (long)&loopback, sizeof loopback, 0);
    return fd;
}

static void hold_descriptors(void) {
    int ends[2] = {-1, -1};
    struct event readable = {EPOLLIN, 0};
    CALL4(SYS_listen, internet_socket(SOCK_STREAM), 1, 0, 0);
    internet_socket(SOCK_DGRAM);
    CALL4(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (long)ends);
    CALL4(SYS_write, ends[0], (long)"x", 1, 0);
    CALL4(SYS_pipe2, (long)ends, 0, 0, 0);
    CALL4(SYS_write, ends[1], (long)"x", 1, 0);
    long event = CALL4(SYS_eventfd2, 1, 0, 0, 0);
    long timer = CALL4(SYS_timerfd_create, CLOCK_MONOTONIC, 0, 0, 0);
    CALL4(SYS_timerfd_settime, timer, 0, (long)hourly, 0);
    CALL4(SYS_epoll_ctl, CALL4(SYS_epoll_create1, 0, 0, 0, 0), EPOLL_CTL_ADD, event, (long)&readable);
}

__attribute__((noreturn, used)) void probe(void) {
    struct kernel_sigaction action = {stop, SA_RESTORER, SA_RESTORER ? __restore_rt : 0, 0};
    CALL4(SYS_rt_sigaction, SIGTERM, (long)&action, 0, sizeof action.mask);
    hold_descriptors();
    for (;;) {
        CALL4(SYS_ppoll, 0, 0, 0, 0);
    }
}
