/*
 * The probe: does nothing but be dumped. A device runs it in a container made as the one that is to
 * come, checkpoints and restores it, and so learns what its own runtime makes of such a container.
 *
 * It waits in ppoll(), uses no memory but its stack and one page of data, and leaves the vdso as the
 * kernel mapped it. SIGTERM ends it with status 0, also as process 1 of a container, where a signal
 * without a handler would be ignored; every other signal finds it as it was.
 *
 * probe_mark: a word for whoever rehearses. Written from outside (/proc/PID/mem) before the dump and
 * read after the restore, it tells the restored process from one that was started anew, which has 0.
 */

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

enum { SYS_rt_sigaction = 13, SYS_exit_group = 231, SYS_ppoll = 271 };
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

static long call(long number, long a, long b, long c, long d) {
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = 0;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__)

enum { SYS_ppoll = 73, SYS_exit_group = 94, SYS_rt_sigaction = 134 };
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

static long call(long number, long a, long b, long c, long d) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = 0;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
                     : "memory");
    return x0;
}

#else
#error "The probe is built for x86_64 and aarch64 only."
#endif

void __restore_rt(void);

static void stop(int signal) {
    (void)signal;
    for (;;) {
        call(SYS_exit_group, 0, 0, 0, 0);
    }
}

__attribute__((noreturn, used)) void probe(void) {
    struct kernel_sigaction action = {stop, SA_RESTORER, SA_RESTORER ? __restore_rt : 0, 0};
    call(SYS_rt_sigaction, SIGTERM, (long)&action, 0, sizeof action.mask);
    for (;;) {
        call(SYS_ppoll, 0, 0, 0, 0);
    }
}
