/* A client for the tests: ask PORT sends each line of its input and prints the answer to it. */
#include "runtime.h"

/* Copies one line of at most 4 KiB, as a whole; false at the end of the input. */
static bool copy_line(int from, int to) {
    char line[4096];
    size_t length = 0;
    do {
        if (length == sizeof line || sys_read(from, line + length, 1) != 1) {
            return false;
        }
    } while (line[length++] != '\n');
    return write_all(to, line, length);
}

int main(int argc, char **argv, char **envp) {
    uint64_t port = 0;
    if (argc != 2 || !parse_unsigned(argv[1], 65535, &port)) {
        return 2;
    }
    long fd = connect_to_port((uint16_t)port);
    if (fd < 0) {
        return 1;
    }
    while (copy_line(0, (int)fd)) {
        if (!copy_line((int)fd, 1)) {
            return 1;
        }
    }
    return 0;
}
