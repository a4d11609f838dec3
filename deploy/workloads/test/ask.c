/* A client for the tests: ask PORT sends each line of its input and prints the answer to it. */
#include "runtime.h"

/* Copies one line; false at the end of the input. */
static bool copy_line(int from, int to) {
    char byte;
    do {
        if (sys_read(from, &byte, 1) != 1 || !write_all(to, &byte, 1)) {
            return false;
        }
    } while (byte != '\n');
    return true;
}

int main(int argc, char **argv, char **envp) {
    uint64_t port = 0;
    (void)envp;
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
