/*
 * Does to a parked program on its own ISA what a restore does on the other: gives it the registers
 * that it published, and lets it run.
 *   enter PID ADDRESS-OF-REGS_DST [spoil]
 * (address in decimal). With "spoil" one vector register is changed on the way.
 */
#include "isa.h"
#include "migration_point.h"
#include "runtime.h"

enum { PTRACE_DETACH = 17, PTRACE_SETREGSET = 0x4205, PTRACE_GETREGSET = 0x4204 };
enum { PTRACE_SEIZE = 0x4206, PTRACE_INTERRUPT = 0x4207 };
enum { NT_PRSTATUS = 1, NT_PRFPREG = 2, NT_ARM_SYSTEM_CALL = 0x404 };

struct io_vector {
    void *base;
    size_t length;
};

static long trace(long request, long pid, long address, long data) {
    return syscall4(SYS_ptrace, request, pid, address, data);
}

static bool set_registers(long pid, long kind, void *registers, size_t length) {
    struct io_vector vector = {registers, length};
    return trace(PTRACE_SETREGSET, pid, kind, (long)&vector) == 0;
}

ALWAYS_INLINE bool get_registers(long pid, long kind, void *registers, size_t length) {
    struct io_vector vector = {registers, length};
    return trace(PTRACE_GETREGSET, pid, kind, (long)&vector) == 0;
}

#if defined(__x86_64__)

/* user_regs_struct and user_fpregs_struct of the kernel. */
struct general {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t orig_rax, rip, cs, rflags, rsp, ss, fs_base, gs_base, ds, es, fs, gs;
};

struct floating {
    uint8_t control[160];
    struct migration_register128 xmm[16];
    uint8_t rest[96];
};

static bool enter(long pid, const union migration_registers *published) {
    const struct migration_registers_x86_64 *from = &published->x86_64;
    struct general general;
    struct floating floating;
    if (from->magic != MIGRATION_MAGIC_X86_64 ||
        !get_registers(pid, NT_PRSTATUS, &general, sizeof general) ||
        !get_registers(pid, NT_PRFPREG, &floating, sizeof floating)) {
        return false;
    }
    general = (struct general){
        .r15 = from->r15, .r14 = from->r14, .r13 = from->r13, .r12 = from->r12, .rbp = from->rbp,
        .rbx = from->rbx, .r11 = from->r11, .r10 = from->r10, .r9 = from->r9, .r8 = from->r8,
        .rax = from->rax, .rcx = from->rcx, .rdx = from->rdx, .rsi = from->rsi, .rdi = from->rdi,
        .orig_rax = ~0UL, /* no system call to go on with */
        .rip = from->rip, .cs = from->cs, .rflags = from->rflags, .rsp = from->rsp, .ss = from->ss};
    memcpy(floating.xmm, from->xmm, sizeof floating.xmm);
    return set_registers(pid, NT_PRSTATUS, &general, sizeof general) &&
           set_registers(pid, NT_PRFPREG, &floating, sizeof floating);
}

#else

/* user_pt_regs and user_fpsimd_state of the kernel. */
struct general {
    uint64_t x[31], sp, pc, pstate;
};

struct floating {
    struct migration_register128 v[32];
    uint32_t fpsr, fpcr;
    uint64_t rest;
};

static bool enter(long pid, const union migration_registers *published) {
    const struct migration_registers_aarch64 *from = &published->aarch64;
    struct general general = {.sp = from->sp, .pc = from->pc};
    struct floating floating = {.fpsr = 0};
    int no_system_call = -1;
    if (from->magic != MIGRATION_MAGIC_AARCH64) {
        return false;
    }
    memcpy(general.x, from->x, sizeof general.x);
    memcpy(floating.v, from->v, sizeof floating.v);
    return set_registers(pid, NT_ARM_SYSTEM_CALL, &no_system_call, sizeof no_system_call) &&
           set_registers(pid, NT_PRSTATUS, &general, sizeof general) &&
           set_registers(pid, NT_PRFPREG, &floating, sizeof floating);
}

#endif

static long open_memory(long pid) {
    char path[64];
    struct text text = {path, path + sizeof path};
    put_string(&text, "/proc/");
    put_unsigned(&text, (uint64_t)pid);
    put_bytes(&text, "/mem", 5);
    return sys_openat(path, O_RDWR, 0);
}

int main(int argc, char **argv, char **envp) {
    union migration_registers published;
    uint64_t pid = 0;
    uint64_t address = 0;
    int status = 0;
    if (argc < 3 || !parse_unsigned(argv[1], 1UL << 22, &pid) ||
        !parse_unsigned(argv[2], 1UL << 47, &address)) {
        return 2;
    }
    long memory = open_memory((long)pid);
    if (memory < 0 || sys_pread((int)memory, &published, sizeof published, (int64_t)address) !=
                          (long)sizeof published) {
        return 3;
    }
    if (argc > 3) {
        published.x86_64.xmm[5].high ^= 1; /* in both layouts a part of a vector register */
    }
    if (trace(PTRACE_SEIZE, (long)pid, 0, 0) != 0 || trace(PTRACE_INTERRUPT, (long)pid, 0, 0) != 0 ||
        syscall4(SYS_wait4, (long)pid, (long)&status, 0, 0) < 0) {
        return 4;
    }
    bool entered = enter((long)pid, &published);
    return trace(PTRACE_DETACH, (long)pid, 0, 0) == 0 && entered ? 0 : 5;
}
