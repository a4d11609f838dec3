/*
 * How this program was called, in runc's place; what it has to say, in runc's way; and how it
 * becomes runc.
 */
#ifndef GODWIT_CALLED_H
#define GODWIT_CALLED_H

#include "system.h"
#include "text.h"

enum { ID_MOST = 64, PATH_MOST = 4096, SENTENCE_MOST = 8192, FAILED = 1 };

static int words;
static char **argument;
static char **environment;

/* Index of the command in argument; of runc's global options, the file for what it has to say. */
static int command;
static const char *log_file;
static int log_json;

static void put(int fd, const char *text) {
    CALL3(SYS_write, fd, text, length(text));
}

__attribute__((noreturn)) static void leave(int status) {
    for (;;) {
        CALL1(SYS_exit_group, status);
    }
}

/* As runc says it: the shim reads the log, and the Engine shows the last error in it. */
__attribute__((noreturn)) static void fail(const char *sentence, const char *about) {
    static char all[SENTENCE_MOST], line[2 * SENTENCE_MOST];
    append(all, sizeof all, "godwit: ");
    append(all, sizeof all, sentence);
    append(all, sizeof all, about);
    append(line, sizeof line, log_json ? "{\"level\":\"error\",\"msg\":\"" : "level=error msg=\"");
    append_json(line, sizeof line, all);
    append(line, sizeof line, log_json ? "\"}\n" : "\"\n");
    long log = log_file
        ? CALL4(SYS_openat, AT_FDCWD, log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
        : 2;
    put(log < 0 ? 2 : (int)log, line);
    leave(FAILED);
}

/* Whether an argument is this option, with one dash or two, with its value behind = or without. */
static int is_option(const char *word, const char *name) {
    if (*word != '-') {
        return 0;
    }
    word += word[1] == '-' ? 2 : 1;
    return begins(word, name) && (word[length(name)] == 0 || word[length(name)] == '=');
}

/* The value of the option at an index; moves it on where that is a word of its own. */
static const char *value(int *at) {
    for (const char *word = argument[*at]; *word; word++) {
        if (*word == '=') {
            return word + 1;
        }
    }
    return *at + 1 < words ? argument[++*at] : "";
}

/* Global options of runc and crun. */
static void read_arguments(void) {
    for (command = 1; command < words && argument[command][0] == '-'; command++) {
        const char *word = argument[command];
        if (is_option(word, "log")) {
            log_file = value(&command);
        } else if (is_option(word, "log-format")) {
            log_json = equal(value(&command), "json");
        } else if (is_option(word, "root") || is_option(word, "criu") || is_option(word, "rootless")
                   || is_option(word, "log-level") || is_option(word, "cgroup-manager")) {
            value(&command);
        }
    }
}

/* The container that is meant, which stands last; none where that is no word for a container. */
static const char *container(void) {
    const char *id = argument[words - 1];
    if (words - 1 <= command || *id == '-' || *id == '.' || length(id) > ID_MOST) {
        return 0;
    }
    for (const char *letter = id; *letter; letter++) {
        if (*letter == '/') {
            return 0;
        }
    }
    return id;
}

static int same_file(const char *path, const struct stat *as) {
    struct stat file;
    return CALL4(SYS_newfstatat, AT_FDCWD, path, &file, 0) >= 0 && file.device == as->device
        && file.inode == as->inode;
}

/* Puts the next entry of a PATH with a name into path; the rest of the PATH, none behind the last. */
static const char *next_on(const char *search, const char *name, char *path, unsigned long room) {
    unsigned long n = 0;
    while (search[n] && search[n] != ':' && n + 1 < room) {
        path[n] = search[n];
        n++;
    }
    path[n] = 0;
    append(path, room, "/");
    append(path, room, name);
    return search[n] == ':' ? search + n + 1 : 0;
}

/*
 * Becomes runc: the next program of this name on the PATH, behind this one. Looking on only behind
 * itself, it never finds itself, nor a copy of itself that had found it. Called by its path, it may
 * not be on the PATH: then it takes the first.
 */
__attribute__((noreturn)) static void become(char **as) {
    static char path[PATH_MOST];
    struct stat self;
    const char *name = argument[0], *search = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin";
    for (const char *letter = name; *letter; letter++) {
        name = *letter == '/' ? letter + 1 : name;
    }
    for (char **variable = environment; *variable; variable++) {
        search = begins(*variable, "PATH=") ? *variable + 5 : search;
    }
    if (CALL4(SYS_newfstatat, AT_FDCWD, "/proc/self/exe", &self, 0) < 0) {
        fail("/proc/self/exe cannot be read, so runc cannot be told from this program", "");
    }
    for (const char *at = search; at;) {
        at = next_on(at, name, path, sizeof path);
        if (same_file(path, &self)) {
            search = at;
            break;
        }
    }
    while (search) {
        search = next_on(search, name, path, sizeof path);
        if (!same_file(path, &self)) {
            CALL3(SYS_execve, path, as, environment);
        }
    }
    fail("behind this program there is none on the PATH that can be started as ", name);
}

#endif
