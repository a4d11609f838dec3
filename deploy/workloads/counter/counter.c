/* Prints its ISA and a number that grows by one every 200 ms. SIGTERM ends it with status 0. */
#include "migration_point.h"
#include "runtime.h"

enum { SLICE_MILLISECONDS = 20, SLICES = 10 };

/* All the state there is: the number printed last, and how much of the pause has passed. */
static uint64_t number;
static unsigned slice;

static void stop(int signal) {
    sys_exit(0);
}

static void print_number(void) {
    char line[48];
    struct text text = {line, line + sizeof line};
    put_string(&text, isa_name);
    put_string(&text, " ");
    put_unsigned(&text, number);
    put_string(&text, "\n");
    write_all(1, line, (size_t)(text.at - line));
}

/* The pause is cut into slices so that a wish to migrate waits for 20 ms, not for 200. */
static void count(void) {
    for (;;) {
        migration_point(count);
        sleep_milliseconds(SLICE_MILLISECONDS);
        slice++;
        if (slice == SLICES) {
            slice = 0;
            number++;
            print_number();
        }
    }
}

int main(int argc, char **argv, char **envp) {
    set_signal_handler(SIGPIPE, SIGNAL_IGNORE, 0);
    set_signal_handler(SIGTERM, stop, 0);
    count();
    return 0;
}
