/* A counter that holds a unix socket with a connection that it has not accepted, and data in that:
   CRIU refuses to dump it, so it shows what becomes of a container whose dump fails. */
#include "migration_point.h"
#include "runtime.h"

enum { SLICE_MILLISECONDS = 20, SLICES = 10, UNIX = 1, STREAM = 1, BACKLOG = 5 };

struct address {
    unsigned short family;
    char name[8];
};

static uint64_t number;
static unsigned slice;

#if defined(__x86_64__)
enum { SOCKET = 41, CONNECT = 42, BIND = 49, LISTEN = 50 };
static long call(long what, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(what), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}
#else
enum { SOCKET = 198, CONNECT = 203, BIND = 200, LISTEN = 201 };
static long call(long what, long a, long b, long c) {
    register long number __asm__("x8") = what;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(number), "r"(x1), "r"(x2) : "memory");
    return x0;
}
#endif

static void print_number(void) {
    char line[48];
    struct text text = {line, line + sizeof line};
    put_string(&text, isa_name);
    put_string(&text, " ");
    put_unsigned(&text, number);
    put_string(&text, "\n");
    write_all(1, line, (size_t)(text.at - line));
}

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
    (void)argc;
    (void)argv;
    (void)envp;
    struct address here = {UNIX, "/socket"};
    long server = call(SOCKET, UNIX, STREAM, 0);
    call(BIND, server, (long)&here, sizeof here);
    call(LISTEN, server, BACKLOG, 0);
    long client = call(SOCKET, UNIX, STREAM, 0);
    call(CONNECT, client, (long)&here, sizeof here);
    sys_write((int)client, "unheard", 7);
    count();
    return 0;
}
