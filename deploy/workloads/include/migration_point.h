/*
 * The contract between a program and whoever moves it to another ISA, as programs built by the
 * Popcorn compiler for h-container keep it. Any C program may use this header: everything that the
 * program must find again after a move lives in global variables (or in memory they point to), and
 * its main loop, a function without arguments that can be entered anew, calls
 *
 *     migration_point(loop);
 *
 * where all of that is consistent. Not in a signal handler; in one thread only.
 *
 *   __migrate_gb_variable  -1  idle
 *                           0  asked to go to aarch64        (written from outside, /proc/PID/mem)
 *                           1  asked to go to x86_64         (written from outside)
 *                          -2  go on, or: the wish is withdrawn (written from outside)
 *
 * Asked, the program blocks all signals, publishes in `regs_dst` the registers with which it is to
 * be entered on that ISA, sets the variable back to -1 and parks: it sleeps, and changes no memory
 * any more. The magic of `regs_dst` is not zero exactly while the program is parked. Told to go on
 * (-2) it wipes the magic, sets the variable to -1 and returns from migration_point() as if nothing
 * had been. Restored elsewhere with the published registers it is in `loop`, on a stack of its own,
 * with the signal mask it had and default floating-point control, the variable being -1.
 */
#ifndef GODWIT_MIGRATION_POINT_H
#define GODWIT_MIGRATION_POINT_H

#include <stddef.h>
#include <stdint.h>

#define MIGRATION_GO_ON (-2L)
#define MIGRATION_IDLE (-1L)
#define MIGRATION_TO_AARCH64 0L
#define MIGRATION_TO_X86_64 1L

#define MIGRATION_MAGIC_AARCH64 0xAABCBDEADBEAFULL
#define MIGRATION_MAGIC_X86_64 0xA8664DEADBEAFULL

/* 16 bytes: a vector register, or an 80-bit x87 register in its slot. */
struct migration_register128 {
    uint64_t low;
    uint64_t high;
} __attribute__((aligned(16)));

struct migration_registers_aarch64 {
    uint64_t magic;
    uint64_t sp;
    uint64_t pc;
    uint64_t x[31];
    struct migration_register128 v[32];
};

struct migration_registers_x86_64 {
    uint64_t magic;
    uint64_t rip;
    uint64_t rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t mmx[8];
    struct migration_register128 xmm[16];
    struct migration_register128 st[8];
    uint32_t cs, ss, ds, es, fs, gs;
    uint64_t rflags;
};

_Static_assert(offsetof(struct migration_registers_aarch64, x) == 24, "x0 at 24");
_Static_assert(offsetof(struct migration_registers_aarch64, v) == 272, "v0 at 272");
_Static_assert(sizeof(struct migration_registers_aarch64) == 784, "784 bytes");
_Static_assert(offsetof(struct migration_registers_x86_64, r8) == 80, "r8 at 80");
_Static_assert(offsetof(struct migration_registers_x86_64, mmx) == 144, "mmx at 144");
_Static_assert(offsetof(struct migration_registers_x86_64, xmm) == 208, "xmm0 at 208");
_Static_assert(offsetof(struct migration_registers_x86_64, st) == 464, "st0 at 464");
_Static_assert(offsetof(struct migration_registers_x86_64, cs) == 592, "cs at 592");
_Static_assert(offsetof(struct migration_registers_x86_64, rflags) == 616, "rflags at 616");

union migration_registers {
    uint64_t magic;
    struct migration_registers_aarch64 aarch64;
    struct migration_registers_x86_64 x86_64;
};

extern volatile long __migrate_gb_variable;

extern union migration_registers regs_dst;

/* The thread pointer on the destination: FS base on x86_64, TPIDR_EL0 on aarch64. Always 0 here:
   the program has no thread-local storage and the register is to be zero. */
extern void *tls_dst;

/* Publishes and parks when asked to; the slow half of migration_point(). */
void migration_park(void (*loop)(void));

/* Costs a load and a compare when nobody asks. `loop` must not return. */
static inline __attribute__((always_inline)) void migration_point(void (*loop)(void)) {
    if (__migrate_gb_variable != MIGRATION_IDLE) {
        migration_park(loop);
    }
}

#endif
