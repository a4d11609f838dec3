/*
 * A program as people have them, with what only matters between machines of one ISA: threads that
 * wait in a call, a seccomp filter of its own that came after them, a zombie, a connection to itself
 * with bytes on their way, and folders that it watches. Built with gcc -O1 -static -s.
 *
 * Once started it prints "ready"; on SIGUSR1 it looks at everything and prints "ok" or "BAD".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 3, PORT = 7003, FORBIDDEN = 99, ZOMBIE_STATUS = 7 };

static int wake[2];
static int listening;
static int client;
static int server;
static int watcher;
static int folder_watch;
static pid_t zombie;
static volatile int woken;
static volatile sig_atomic_t asked;

static void must(const char *what, long result) {
    if (result < 0) {
        printf("cannot %s: %s\n", what, strerror(errno));
        exit(1);
    }
}

static void expect(const char *what, int good) {
    printf("%s %s\n", good ? "ok" : "BAD", what);
}

static void on_request(int signal) {
    (void)signal;
    asked = 1;
}

static void *wait_for_a_byte(void *nothing) {
    char byte;
    while (read(wake[0], &byte, 1) == 1) {
        __sync_fetch_and_add(&woken, 1);
    }
    return nothing;
}

static void start_threads(void) {
    must("make a pipe", pipe(wake));
    for (int i = 0; i < THREADS; i++) {
        pthread_t thread;
        must("start a thread", -pthread_create(&thread, NULL, wait_for_a_byte, NULL));
    }
    usleep(100000);
}

/* acct(2) fails with a number that no kernel gives. */
static void install_filter(void) {
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_acct, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | FORBIDDEN),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof *program, program};
    must("give up new privileges", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    must("install a filter", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
}

static void connect_to_itself(void) {
    struct sockaddr_in address = {AF_INET, htons(PORT), {htonl(INADDR_LOOPBACK)}, {0}};
    must("make a socket", listening = socket(AF_INET, SOCK_STREAM, 0));
    must("bind", bind(listening, (struct sockaddr *)&address, sizeof address));
    must("listen", listen(listening, 1));
    must("make a socket", client = socket(AF_INET, SOCK_STREAM, 0));
    must("connect", connect(client, (struct sockaddr *)&address, sizeof address));
    must("accept", server = accept(listening, NULL, NULL));
    must("write", write(client, "queued", 6));
}

static void watch_a_folder(void) {
    mkdir("/etc/conf.d", 0755);
    must("watch", watcher = inotify_init1(IN_NONBLOCK));
    must("watch a folder", folder_watch = inotify_add_watch(watcher, "/etc/conf.d", IN_CREATE));
}

static void check(void) {
    char bytes[4096];
    int status = 0;
    must("write", write(wake[1], "abc", THREADS));
    usleep(300000);
    expect("threads", woken == THREADS);
    expect("filter of its own", syscall(SYS_acct, NULL) < 0 && errno == FORBIDDEN);
    long n = read(server, bytes, sizeof bytes);
    expect(n == 6 ? "connection, kept" : "connection, closed", n == 6 || n <= 0);
    must("make a file", open("/etc/conf.d/new", O_CREAT | O_WRONLY, 0644));
    n = read(watcher, bytes, sizeof bytes);
    expect("watch", n > 0 && ((struct inotify_event *)bytes)->wd == folder_watch);
    expect("zombie", waitpid(zombie, &status, WNOHANG) == zombie
                         && WEXITSTATUS(status) == ZOMBIE_STATUS);
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGUSR1, on_request);
    zombie = fork();
    if (zombie == 0) {
        _exit(ZOMBIE_STATUS);
    }
    connect_to_itself();
    watch_a_folder();
    start_threads();
    install_filter();
    puts("ready");
    while (!asked) {
        usleep(50000);
    }
    check();
    puts("done");
    for (;;) {
        pause();
    }
}
