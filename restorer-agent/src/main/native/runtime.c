/*
 * Stands in front of runc on the PATH of the Engine's containerd, and is called in its place. What
 * it is asked goes to runc as it came, by execve: no process more, nothing kept. Asked for `godwit`,
 * which runc does not know, it says its version. There is one exception: a container that an agent
 * awaits.
 *
 *   /run/godwit/runtime/ID       a socket on which an agent listens: `create` of container ID waits
 *   /run/godwit/runtime/ID.runs  `create` of ID has restored it: `start` has nothing left to do
 *
 * `create` says to the agent, a line each,
 *
 *   create BUNDLE
 *   by PATH          of this program; and waits: the container has its network and ports, and no
 *                    process yet
 *
 * and the agent to it
 *
 *   wait MS          it may take that long from now (MILLISECONDS of the boot clock). The first
 *                    word must come within ten seconds
 *   images FOLDER    where CRIU's images and runc's descriptors.json are
 *   work FOLDER      where CRIU works, and leaves its log
 *   go               `create` becomes `runc restore` of these images
 *   pass             `create` goes to runc as it came: a rehearsal sees in this way that the
 *                    Engine's containers come through here
 *   no SENTENCE      `create` fails; the Engine shows the sentence
 *
 * The agent may have put `PATH godwit-network ID` among the bundle's prestart hooks, behind the
 * Engine's, which brings the interfaces. runc calls it once the restore has made the network
 * namespace, and CRIU makes no socket before it has ended. It says
 *
 *   network PID      which process is in the namespace
 *
 * and does what the agent says:
 *
 *   wait MS          as above
 *   set FILE VALUE   write a value to /proc/sys/FILE, of that namespace
 *   go               CRIU goes on
 *   no SENTENCE      the restore fails
 *
 * Whatever else happens is a no as well, seen at once: the agent ends or lets go, its time is over,
 * the shim ends. Then nothing of the program has run, and the Engine clears away what it made. The
 * socket stays until the container was started: whoever starts it by hand before that, without an
 * agent, is told so, instead of running the program from its beginning.
 */

#include "called.h"

#define FOLDER "/run/godwit/runtime/"
#define RUNS ".runs"

enum { LINE_MOST = 4096 + 16, WORDS_MOST = 64, FIRST_WORD_MS = 10000, GLANCE_MS = 100 };

static void path_of(char *path, unsigned long room, const char *id, const char *ending) {
    copy(path, room, FOLDER);
    append(path, room, id);
    append(path, room, ending);
}

/* A connection to the agent that awaits a container; none where no agent does. */
static int agent_of(const char *id) {
    struct sockaddr_un address;
    address.family = AF_UNIX;
    path_of(address.path, sizeof address.path, id, "");
    long there = CALL3(SYS_faccessat, AT_FDCWD, address.path, F_OK);
    if (there == -ENOENT || there == -ENOTDIR) {
        return -1;
    }
    long fd = CALL3(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (there < 0 || fd < 0 || CALL3(SYS_connect, fd, &address, sizeof address) < 0) {
        fail("this container was made for a migration that has not come to its end, and the agent"
             " that could start it does not run. It is the agent's to remove; by hand: docker rm ",
             id);
    }
    return (int)fd;
}

static long now_ms(void) {
    struct timespec now;
    CALL2(SYS_clock_gettime, CLOCK_BOOTTIME, &now);
    return now.seconds * 1000 + now.nanoseconds / 1000000;
}

/* Reads a line without its end, waiting until a time; an empty one is none. Nothing else returns. */
static void read_line(int fd, char *line, long *until, long parent) {
    static char unread[LINE_MOST];
    static unsigned long count;
    for (;;) {
        for (unsigned long n = 0; n < count; n++) {
            if (unread[n] == '\n') {
                for (unsigned long i = 0; i < n; i++) {
                    line[i] = unread[i];
                }
                line[n] = 0;
                for (unsigned long i = n + 1; i < count; i++) {
                    unread[i - n - 1] = unread[i];
                }
                count -= n + 1;
                return;
            }
        }
        if (count == sizeof unread) {
            fail("the agent says what this runtime does not understand", "");
        }
        struct pollfd wait = {fd, POLLIN, 0};
        struct timespec glance = {0, GLANCE_MS * 1000000L};
        long ready = CALL5(SYS_ppoll, &wait, 1, &glance, 0, 0);
        if (CALL1(SYS_getppid, 0) != parent) {
            leave(FAILED);
        }
        if (ready > 0) {
            long got = CALL3(SYS_read, fd, unread + count, sizeof unread - count);
            if (got <= 0 && got != -EINTR) {
                fail("the agent has let the container go before it was restored; nothing of it ran",
                     "");
            }
            count += got > 0 ? (unsigned long)got : 0;
        } else if (now_ms() >= *until) {
            fail("the container was held for as long as it may be, and its images did not come;"
                 " nothing of it ran", "");
        }
    }
}

static void forget(const char *id) {
    char path[sizeof(FOLDER) + ID_MOST + sizeof(RUNS)];
    path_of(path, sizeof path, id, RUNS);
    CALL3(SYS_unlinkat, AT_FDCWD, path, 0);
}

/* Notes that the restore is under way: the start that follows a create which went well is nothing. */
static void note(const char *id) {
    char path[sizeof(FOLDER) + ID_MOST + sizeof(RUNS)];
    path_of(path, sizeof path, id, RUNS);
    long fd = CALL4(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        fail("it cannot be noted that the container is restored, in ", path);
    }
    CALL1(SYS_close, fd);
}

/* What was a create is called as a restore: with the options of the create that a restore has. */
__attribute__((noreturn)) static void restore(const char *id, const char *images, const char *work) {
    char *as[WORDS_MOST + 8];
    int n = 0;
    if (words > WORDS_MOST) {
        fail("the runtime was called with more words than it knows", "");
    }
    for (int i = 0; i < command; i++) {
        as[n++] = argument[i];
    }
    as[n++] = "restore";
    as[n++] = "--detach";
    as[n++] = "--image-path";
    as[n++] = (char *)images;
    as[n++] = "--work-path";
    as[n++] = (char *)work;
    for (int i = command + 1; i < words - 1; i++) {
        char *word = argument[i];
        if (is_option(word, "bundle") || is_option(word, "b") || is_option(word, "pid-file")
            || is_option(word, "console-socket")) {
            int from = i;
            value(&i);
            for (; from <= i; from++) {
                as[n++] = argument[from];
            }
        } else if (is_option(word, "no-pivot")) {
            as[n++] = word;
        } else if (is_option(word, "preserve-fds") && equal(value(&i), "0")) {
            /* None to hand on. */
        } else if (!is_option(word, "no-new-keyring")) {
            fail("a container cannot be restored with what it is created with: ", word);
        }
    }
    as[n++] = argument[words - 1];
    as[n] = 0;
    note(id);
    become(as);
}

static const char *bundle(void) {
    for (int i = command + 1; i < words - 1; i++) {
        if (is_option(argument[i], "bundle") || is_option(argument[i], "b")) {
            return value(&i);
        }
    }
    return "";
}

static void say(int agent, const char *word, const char *about) {
    static char said[LINE_MOST];
    copy(said, sizeof said, word);
    append(said, sizeof said, about);
    append(said, sizeof said, "\n");
    call(SYS_sendto, agent, (long)said, (long)length(said), MSG_NOSIGNAL, 0, 0);
}

__attribute__((noreturn)) static void hold(const char *id, int agent) {
    static char line[LINE_MOST], images[LINE_MOST], work[LINE_MOST], self[PATH_MOST];
    long parent = CALL1(SYS_getppid, 0);
    long until = now_ms() + FIRST_WORD_MS;
    CALL4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", self, sizeof self - 1);
    say(agent, "create ", bundle());
    say(agent, "by ", self);
    for (;;) {
        read_line(agent, line, &until, parent);
        if (begins(line, "wait ")) {
            until = now_ms() + number(line + 5);
        } else if (begins(line, "images /")) {
            copy(images, sizeof images, line + 7);
        } else if (begins(line, "work /")) {
            copy(work, sizeof work, line + 5);
        } else if (begins(line, "no ")) {
            fail(line + 3, "");
        } else if (equal(line, "pass")) {
            become(argument);
        } else if (equal(line, "go") && *images && *work) {
            restore(id, images, work);
        } else {
            fail("the agent says what this runtime does not understand: ", line);
        }
    }
}

/* Whether a restore has been what create was; then it is over. */
static int was_restored(const char *id) {
    char path[sizeof(FOLDER) + ID_MOST + sizeof(RUNS)];
    path_of(path, sizeof path, id, RUNS);
    if (CALL3(SYS_faccessat, AT_FDCWD, path, F_OK) < 0) {
        return 0;
    }
    path_of(path, sizeof path, id, "");
    CALL3(SYS_unlinkat, AT_FDCWD, path, 0);
    forget(id);
    return 1;
}

/* The process in the state that runc gives a hook (OCI runtime spec, State). */
static void read_pid(char *pid, unsigned long room) {
    static char state[LINE_MOST];
    unsigned long count = 0, n = 0;
    long got;
    while (count < sizeof state - 1
           && (got = CALL3(SYS_read, 0, state + count, sizeof state - 1 - count)) > 0) {
        count += (unsigned long)got;
    }
    for (const char *at = state; *at; at++) {
        if (begins(at, "\"pid\":")) {
            for (at += 6; *at == ' '; at++) {
            }
            for (; *at >= '0' && *at <= '9' && n + 1 < room; at++) {
                pid[n++] = *at;
            }
            break;
        }
    }
    pid[n] = 0;
}

static void enter_network(const char *pid) {
    char path[64];
    copy(path, sizeof path, "/proc/");
    append(path, sizeof path, pid);
    append(path, sizeof path, "/ns/net");
    long fd = CALL3(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || CALL2(SYS_setns, fd, CLONE_NEWNET) < 0) {
        fail("the container's network cannot be entered: ", path);
    }
}

/* A file below /proc/sys and its value, with a blank between. */
static void set(char *file) {
    static char path[LINE_MOST];
    char *value = file;
    while (*value && *value != ' ') {
        value++;
    }
    if (*value) {
        *value++ = 0;
    }
    copy(path, sizeof path, "/proc/sys/");
    append(path, sizeof path, file);
    long fd = CALL3(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || CALL3(SYS_write, fd, value, length(value)) != (long)length(value)) {
        fail("a setting of the container's network cannot be made: ", path);
    }
    CALL1(SYS_close, fd);
}

__attribute__((noreturn)) static void finish_network(const char *id) {
    static char line[LINE_MOST];
    char pid[16];
    long parent = CALL1(SYS_getppid, 0);
    long until = now_ms() + FIRST_WORD_MS;
    read_pid(pid, sizeof pid);
    int agent = agent_of(id);
    if (agent < 0 || !*pid) {
        fail("no agent awaits the network of ", id);
    }
    enter_network(pid);
    say(agent, "network ", pid);
    for (;;) {
        read_line(agent, line, &until, parent);
        if (begins(line, "wait ")) {
            until = now_ms() + number(line + 5);
        } else if (begins(line, "set net/")) {
            set(line + 4);
        } else if (equal(line, "go")) {
            leave(0);
        } else if (begins(line, "no ")) {
            fail(line + 3, "");
        } else {
            fail("the agent says what this runtime does not understand: ", line);
        }
    }
}

__attribute__((noreturn, used)) void begin(long *stack) {
    words = (int)stack[0];
    argument = (char **)(stack + 1);
    environment = argument + words + 1;
    if (words < 1) {
        leave(FAILED);
    }
    if (words == 2 && equal(argument[1], "godwit")) {
        put(1, "godwit-runtime 1\n");
        leave(0);
    }
    read_arguments();
    const char *id = container();
    if (id && equal(argument[command], "create")) {
        forget(id);
        int agent = agent_of(id);
        if (agent >= 0) {
            hold(id, agent);
        }
    } else if (id && equal(argument[command], "start") && was_restored(id)) {
        leave(0);
    } else if (id && equal(argument[command], "delete")) {
        forget(id);
    } else if (id && equal(argument[command], "godwit-network")) {
        finish_network(id);
    }
    become(argument);
}
