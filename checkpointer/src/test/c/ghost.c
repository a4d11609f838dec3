/* A counter that holds a deleted file of 4 MiB open: CRIU refuses to dump it (its --ghost-limit is
   1 MiB), so it shows what becomes of a container whose dump fails. */
#include "migration_point.h"
#include "runtime.h"

enum { SLICE_MILLISECONDS = 20, SLICES = 10, BLOCK = 65536, BLOCKS = 64 };

static char block[BLOCK];
static uint64_t number;
static unsigned slice;
static long ghost;

#if defined(__x86_64__)
static long unlink_file(const char *path) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(263L), "D"((long)AT_FDCWD), "S"(path), "d"(0L)
                     : "rcx", "r11", "memory");
    return result;
}
#else
static long unlink_file(const char *path) {
    register long call __asm__("x8") = 35;
    register long x0 __asm__("x0") = AT_FDCWD;
    register const char *x1 __asm__("x1") = path;
    register long x2 __asm__("x2") = 0;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(call), "r"(x1), "r"(x2) : "memory");
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
    ghost = sys_openat("/ghost.data", O_RDWR | O_CREAT, 0600);
    for (unsigned i = 0; i < BLOCKS; i++) {
        write_all((int)ghost, block, BLOCK);
    }
    unlink_file("/ghost.data");
    count();
    return 0;
}
