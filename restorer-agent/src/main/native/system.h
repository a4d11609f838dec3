/*
 * The kernel's calls for a program without a C library, on x86_64 and aarch64 (uapi asm/unistd.h,
 * asm-generic/unistd.h). A failure is a negative error number.
 */
#ifndef GODWIT_SYSTEM_H
#define GODWIT_SYSTEM_H

#include "call.h"

#if defined(__x86_64__)

enum {
    SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_socket = 41, SYS_connect = 42, SYS_sendto = 44,
    SYS_execve = 59, SYS_getppid = 110, SYS_clock_gettime = 228, SYS_exit_group = 231,
    SYS_openat = 257, SYS_newfstatat = 262, SYS_unlinkat = 263, SYS_readlinkat = 267,
    SYS_faccessat = 269, SYS_ppoll = 271, SYS_setns = 308
};

/* The arguments lie where the stack pointer is at the start (psABI, 3.4.1). */
__asm__(
    ".globl _start\n"
    ".type _start, @function\n"
    "_start:\n"
    "    xorl %ebp, %ebp\n"
    "    movq %rsp, %rdi\n"
    "    andq $-16, %rsp\n"
    "    call begin\n"
    ".size _start, . - _start\n");

#elif defined(__aarch64__)

enum {
    SYS_unlinkat = 35, SYS_faccessat = 48, SYS_openat = 56, SYS_close = 57, SYS_read = 63,
    SYS_write = 64, SYS_ppoll = 73, SYS_readlinkat = 78, SYS_newfstatat = 79,
    SYS_exit_group = 94, SYS_clock_gettime = 113, SYS_getppid = 173, SYS_socket = 198,
    SYS_connect = 203, SYS_sendto = 206, SYS_execve = 221, SYS_setns = 268
};

__asm__(
    ".globl _start\n"
    ".type _start, %function\n"
    "_start:\n"
    "    mov x29, #0\n"
    "    mov x30, #0\n"
    "    mov x0, sp\n"
    "    bl begin\n"
    ".size _start, . - _start\n");

#else
#error "Built for x86_64 and aarch64 only."
#endif

enum { ENOENT = 2, EINTR = 4, EACCES = 13, ENOTDIR = 20 };
enum { AT_FDCWD = -100, X_OK = 1, F_OK = 0 };
enum {
    O_RDONLY = 0, O_WRONLY = 1, O_CREAT = 0100, O_EXCL = 0200, O_APPEND = 02000, O_CLOEXEC = 02000000
};
enum { AF_UNIX = 1, SOCK_STREAM = 1, SOCK_CLOEXEC = 02000000, MSG_NOSIGNAL = 0x4000 };
enum { POLLIN = 1, CLOCK_BOOTTIME = 7, CLONE_NEWNET = 0x40000000 };

struct pollfd {
    int fd;
    short events;
    short revents;
};

struct timespec {
    long seconds;
    long nanoseconds;
};

struct sockaddr_un {
    unsigned short family;
    char path[108];
};

/* The first two members of struct stat are the same on both; the rest is not looked at. */
struct stat {
    unsigned long device;
    unsigned long inode;
    char rest[240];
};

#endif
