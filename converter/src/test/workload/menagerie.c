/*
 * One of everything that a process can hold, in several processes that keep the migration contract
 * (deploy/workloads). Begun on one ISA it only ticks; when it finds itself on the other it looks at
 * everything and prints a line for each thing, "ok" or "BAD". The dump of it in the corpus was made
 * from this source, built by deploy/workloads/build-program.sh.
 *
 * Wants the folder /data and a tmpfs at /tmp.
 */
#include "isa.h"
#include "migration_point.h"
#include "runtime.h"

#if defined(__x86_64__)
enum {
    SYS_sendto = 44, SYS_recvfrom = 45, SYS_socketpair = 53, SYS_clone = 56,
    SYS_fcntl = 72, SYS_flock = 73, SYS_getcwd = 79, SYS_chdir = 80, SYS_umask = 95,
    SYS_setsid = 112, SYS_rt_sigpending = 127, SYS_sigaltstack = 131, SYS_prctl = 157,
    SYS_getdents64 = 217, SYS_timer_create = 222, SYS_timer_settime = 223, SYS_epoll_ctl = 233,
    SYS_unlinkat = 263, SYS_epoll_pwait = 281, SYS_timerfd_create = 283, SYS_timerfd_settime = 286,
    SYS_eventfd2 = 290, SYS_epoll_create1 = 291, SYS_pipe2 = 293, SYS_memfd_create = 319
};
enum { O_DIRECTORY = 0200000 };
#define PACKED_ON_X86 __attribute__((packed))
#else
enum {
    SYS_getcwd = 17, SYS_eventfd2 = 19, SYS_epoll_create1 = 20, SYS_epoll_ctl = 21,
    SYS_epoll_pwait = 22, SYS_fcntl = 25, SYS_flock = 32, SYS_unlinkat = 35, SYS_chdir = 49,
    SYS_pipe2 = 59, SYS_getdents64 = 61, SYS_timerfd_create = 85, SYS_timerfd_settime = 86,
    SYS_timer_create = 107, SYS_timer_settime = 110, SYS_sigaltstack = 132,
    SYS_rt_sigpending = 136, SYS_setsid = 157, SYS_umask = 166, SYS_prctl = 167,
    SYS_socketpair = 199, SYS_sendto = 206, SYS_recvfrom = 207, SYS_clone = 220,
    SYS_memfd_create = 279
};
enum { O_DIRECTORY = 040000 };
#define PACKED_ON_X86
#endif

enum { SIGUSR2 = 12, SIGCHLD = 17, SA_ONSTACK = 0x08000000, MAP_SHARED = 1, F_GETFL = 3 };
enum { LOCK_EX = 2, WNOHANG = 1, EPOLL_CTL_ADD = 1, PR_SET_NAME = 15, PR_GET_NAME = 16 };
enum { AF_UNIX = 1, AF_INET = 2, SOCK_STREAM = 1, SOCK_DGRAM = 2, MSG_DONTWAIT = 0x40 };
enum { CLOCK_MONOTONIC = 1, ZOMBIE_STATUS = 42, EPOLL_DATA = 0x71AE };

struct epoll_event {
    uint32_t events;
    uint64_t data;
} PACKED_ON_X86;

struct socket_address {
    uint16_t family;
    uint16_t port;
    uint32_t address;
    char zero[8];
};

struct kernel_action {
    void *handler;
    uint64_t flags;
    void *restorer;
    uint64_t mask;
};

/* Shared anonymous memory: each of the children counts in it. */
static volatile struct {
    long child;
    long session_child;
} *shared;

static char began_on[16];
static int tmpfs_file, deleted_file, pipe_ends[2], pair[2], event, timer, epoll, folder, memory_file;
static int locked_file, udp;
static char *mapped_file;
static long zombie, posix_timer;
static volatile long alarms, user_signals;
static volatile char *stack_of_handler;
static char alternate_stack[32768];
static struct socket_address loopback = {AF_INET, 0x3930 /* 12345 */, 0x0100007f, {0}};
static long timer_interval[4] = {0, 900000000, 0, 900000000};
static long alarm_interval[4] = {0, 300000000, 0, 300000000};

static void on_alarm(int signal) {
    alarms++;
}

static void on_user_signal(int signal) {
    volatile char here = 0;
    stack_of_handler = &here;
    user_signals++;
}

static void on_term(int signal) {
    sys_exit(0);
}

static void print(const char *what, const char *subject, long number) {
    char line[200];
    struct text text = {line, line + sizeof line};
    put_string(&text, what);
    put_string(&text, " ");
    put_string(&text, subject);
    put_string(&text, " ");
    put_unsigned(&text, (uint64_t)number);
    put_string(&text, "\n");
    write_all(1, line, (size_t)(text.at - line));
}

static void expect(const char *subject, bool good, long found) {
    print(good ? "ok" : "BAD", subject, found);
}

static bool holds(int fd, const char *content) {
    char bytes[64];
    long n = sys_pread(fd, bytes, sizeof bytes, 0);
    return n == (long)strlen(content) && memcmp(bytes, content, (size_t)n) == 0;
}

static void child_loop(void) {
    for (;;) {
        migration_point(child_loop);
        shared->child++;
        sleep_milliseconds(50);
    }
}

static void session_loop(void) {
    for (;;) {
        migration_point(session_loop);
        shared->session_child++;
        sleep_milliseconds(50);
    }
}

static void wait_a_second(void) {
    /* Alarms end a sleep early. */
    for (int i = 0; i < 10; i++) {
        sleep_milliseconds(100);
    }
}

static void check_files(void) {
    char bytes[256];
    expect("tmpfs file", holds(tmpfs_file, "tmpfs content"), 0);
    long n = sys_lseek(tmpfs_file, 0, SEEK_CUR);
    expect("offset", n == 13, n);
    expect("deleted file", holds(deleted_file, "ghost content"), 0);
    expect("memfd", holds(memory_file, "memfd content"), 0);
    expect("private file mapping", memcmp(mapped_file, "MAPPED file", 11) == 0, 0);
    n = syscall3(SYS_fcntl, folder, F_GETFL, 0);
    expect("O_DIRECTORY", (n & O_DIRECTORY) != 0, n);
    n = syscall3(SYS_getdents64, folder, (long)bytes, sizeof bytes);
    expect("folder", n > 0, n);
    n = syscall2(SYS_getcwd, (long)bytes, sizeof bytes);
    expect("working folder", n > 0 && equal_strings(bytes, "/data"), n);
    n = syscall1(SYS_umask, 027);
    expect("umask", n == 027, n);
}

static void check_queues(void) {
    char bytes[256];
    long n = sys_read(pipe_ends[0], bytes, sizeof bytes);
    expect("pipe", n == 7 && memcmp(bytes, "in pipe", 7) == 0, n);
    n = sys_read(pair[1], bytes, sizeof bytes);
    expect("socket pair", n == 9 && memcmp(bytes, "in socket", 9) == 0, n);
    sys_write(pair[1], "back", 4);
    n = sys_read(pair[0], bytes, sizeof bytes);
    expect("socket pair, other way", n == 4, n);
    syscall6(SYS_sendto, udp, (long)"udp", 3, 0, (long)&loopback, sizeof loopback);
    n = syscall6(SYS_recvfrom, udp, (long)bytes, sizeof bytes, MSG_DONTWAIT, 0, 0);
    expect("udp socket", n == 3, n);
}

static void check_events(void) {
    uint64_t value = 0;
    struct epoll_event events[4];
    long n = sys_read(event, &value, sizeof value);
    expect("eventfd", n == sizeof value && value == 7, (long)value);
    n = syscall6(SYS_epoll_pwait, epoll, (long)events, 4, 3000, 0, 8);
    expect("epoll", n >= 1 && events[0].data == EPOLL_DATA, n);
    n = sys_read(timer, &value, sizeof value);
    expect("timerfd", n == sizeof value, (long)value);
}

static void check_signals(void) {
    uint64_t pending = 0;
    syscall2(SYS_rt_sigpending, (long)&pending, sizeof pending);
    expect("pending signal", (pending & SIGNAL_BIT(SIGUSR2)) != 0, (long)pending);
    user_signals = 0;
    sys_kill(sys_getpid(), SIGUSR1);
    expect("handler on the alternate stack",
           user_signals == 1 && stack_of_handler >= alternate_stack &&
               stack_of_handler < alternate_stack + sizeof alternate_stack,
           user_signals);
    long before = alarms;
    wait_a_second();
    expect("posix timer", alarms > before, alarms - before);
}

static void check_processes(void) {
    char name[16];
    long before = shared->child;
    wait_a_second();
    expect("child", shared->child > before, shared->child - before);
    before = shared->session_child;
    wait_a_second();
    expect("child in a session of its own", shared->session_child > before,
           shared->session_child - before);
    int status = 0;
    long n = syscall4(SYS_wait4, zombie, (long)&status, WNOHANG, 0);
    expect("zombie", n == zombie && status == ZOMBIE_STATUS << 8, status);
    syscall4(SYS_prctl, PR_GET_NAME, (long)name, 0, 0);
    expect("name", equal_strings(name, "renamed"), 0);
}

static void loop(void) {
    static long ticks;
    for (;;) {
        migration_point(loop);
        if (!equal_strings(isa_name, began_on)) {
            memcpy(began_on, isa_name, sizeof began_on);
            check_files();
            check_queues();
            check_events();
            check_signals();
            check_processes();
        }
        print(isa_name, "tick", ++ticks);
        wait_a_second();
    }
}

static void open_files(void) {
    tmpfs_file = (int)sys_openat("/tmp/t", O_RDWR | O_CREAT, 0644);
    sys_write(tmpfs_file, "tmpfs content", 13);
    deleted_file = (int)sys_openat("/ghost", O_RDWR | O_CREAT, 0600);
    sys_write(deleted_file, "ghost content", 13);
    syscall3(SYS_unlinkat, AT_FDCWD, (long)"/ghost", 0);
    memory_file = (int)syscall2(SYS_memfd_create, (long)"mem", 0);
    sys_write(memory_file, "memfd content", 13);
    folder = (int)sys_openat("/", O_DIRECTORY, 0);
    locked_file = (int)sys_openat("/data/lock", O_RDWR | O_CREAT, 0600);
    syscall2(SYS_flock, locked_file, LOCK_EX);
    sys_write(locked_file, "mapped file.....", 16);
    mapped_file =
        (char *)syscall6(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, locked_file, 0);
    memcpy(mapped_file, "MAPPED", 6);
    syscall1(SYS_umask, 027);
    syscall1(SYS_chdir, (long)"/data");
}

static void open_queues(void) {
    syscall2(SYS_pipe2, (long)pipe_ends, 0);
    sys_write(pipe_ends[1], "in pipe", 7);
    syscall4(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (long)pair);
    sys_write(pair[0], "in socket", 9);
    udp = (int)syscall3(SYS_socket, AF_INET, SOCK_DGRAM, 0);
    syscall3(SYS_bind, udp, (long)&loopback, sizeof loopback);
}

static void open_events(void) {
    struct epoll_event readable;
    readable.events = POLLIN;
    readable.data = EPOLL_DATA;
    event = (int)syscall2(SYS_eventfd2, 7, 0);
    timer = (int)syscall2(SYS_timerfd_create, CLOCK_MONOTONIC, 0);
    syscall4(SYS_timerfd_settime, timer, 0, (long)timer_interval, 0);
    epoll = (int)syscall1(SYS_epoll_create1, O_CLOEXEC);
    syscall4(SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, timer, (long)&readable);
}

static void set_signals(void) {
    struct {
        void *base;
        int flags;
        size_t size;
    } stack;
    static struct {
        long value;
        int signal;
        int notify;
        long padding[6];
    } notice;
    struct kernel_action action;
    int id = -1;
    stack.base = alternate_stack;
    stack.flags = 0;
    stack.size = sizeof alternate_stack;
    syscall2(SYS_sigaltstack, (long)&stack, 0);
    set_signal_handler(SIGALRM, on_alarm, 0);
    set_signal_handler(SIGUSR1, on_user_signal, 0);
    set_signal_handler(SIGTERM, on_term, 0);
    syscall4(SYS_rt_sigaction, SIGUSR1, 0, (long)&action, 8);
    action.flags |= SA_ONSTACK;
    syscall4(SYS_rt_sigaction, SIGUSR1, (long)&action, 0, 8);
    set_signal_mask(SIGNAL_BIT(SIGUSR2));
    sys_kill(sys_getpid(), SIGUSR2);
    notice.signal = SIGALRM;
    syscall3(SYS_timer_create, CLOCK_MONOTONIC, (long)&notice, (long)&id);
    posix_timer = id;
    syscall4(SYS_timer_settime, id, 0, (long)alarm_interval, 0);
}

static long fork_process(void) {
    return syscall6(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);
}

static void start_processes(void) {
    shared = (void *)syscall6(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                              -1, 0);
    zombie = fork_process();
    if (zombie == 0) {
        sys_exit(ZOMBIE_STATUS);
    }
    if (fork_process() == 0) {
        child_loop();
    }
    if (fork_process() == 0) {
        syscall1(SYS_setsid, 0);
        session_loop();
    }
}

int main(int argc, char **argv, char **envp) {
    memcpy(began_on, isa_name, sizeof began_on);
    open_files();
    open_queues();
    open_events();
    set_signals();
    syscall4(SYS_prctl, PR_SET_NAME, (long)"renamed", 0, 0);
    start_processes();
    loop();
    return 0;
}
