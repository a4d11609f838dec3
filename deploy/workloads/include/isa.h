/*
 * What differs between the two ISAs for a program without a C library: its name, the numbers of
 * the system calls, the instruction that makes one. Only calls that both ISAs have are named here
 * (arm64 has no open, poll, fork or pause), so that one source serves both.
 * Numbers: the kernel's arch/x86/entry/syscalls/syscall_64.tbl and asm-generic/unistd.h.
 */
#ifndef GODWIT_ISA_H
#define GODWIT_ISA_H

#define ALWAYS_INLINE static inline __attribute__((always_inline, unused))

#if defined(__x86_64__)

#define ISA_NAME "x86_64"

enum syscall_number {
    SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_lseek = 8, SYS_mmap = 9, SYS_munmap = 11,
    SYS_rt_sigaction = 13, SYS_rt_sigprocmask = 14, SYS_rt_sigreturn = 15, SYS_pread64 = 17,
    SYS_nanosleep = 35, SYS_getitimer = 36, SYS_setitimer = 38, SYS_getpid = 39, SYS_socket = 41,
    SYS_connect = 42, SYS_bind = 49, SYS_listen = 50, SYS_setsockopt = 54, SYS_wait4 = 61, SYS_kill = 62,
    SYS_fsync = 74, SYS_ptrace = 101,
    SYS_exit_group = 231, SYS_openat = 257, SYS_ppoll = 271, SYS_accept4 = 288
};

ALWAYS_INLINE long syscall6(long number, long a, long b, long c, long d, long e, long f) {
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__)

#define ISA_NAME "aarch64"

enum syscall_number {
    SYS_openat = 56, SYS_close = 57, SYS_lseek = 62, SYS_read = 63, SYS_write = 64,
    SYS_pread64 = 67, SYS_ppoll = 73, SYS_fsync = 82, SYS_exit_group = 94, SYS_nanosleep = 101,
    SYS_getitimer = 102, SYS_setitimer = 103, SYS_ptrace = 117, SYS_kill = 129, SYS_rt_sigaction = 134,
    SYS_rt_sigprocmask = 135, SYS_rt_sigreturn = 139, SYS_getpid = 172, SYS_socket = 198,
    SYS_bind = 200, SYS_listen = 201, SYS_connect = 203, SYS_setsockopt = 208, SYS_munmap = 215, SYS_mmap = 222,
    SYS_accept4 = 242, SYS_wait4 = 260
};

ALWAYS_INLINE long syscall6(long number, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}

#else
#error "Godwit's workloads are built for x86_64 and aarch64 only."
#endif

#define syscall5(n, a, b, c, d, e) syscall6(n, a, b, c, d, e, 0)
#define syscall4(n, a, b, c, d) syscall6(n, a, b, c, d, 0, 0)
#define syscall3(n, a, b, c) syscall6(n, a, b, c, 0, 0, 0)
#define syscall2(n, a, b) syscall6(n, a, b, 0, 0, 0, 0)
#define syscall1(n, a) syscall6(n, a, 0, 0, 0, 0, 0)

#endif
