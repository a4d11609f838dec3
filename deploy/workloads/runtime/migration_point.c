/* Publishing, parking, and being entered again. See migration_point.h for the contract. */
#include "migration_point.h"
#include "isa.h"
#include "runtime.h"

enum { STACK_BYTES = 256 * 1024, PARK_MILLISECONDS = 5, EXIT_REGISTERS = 70 };

volatile long __migrate_gb_variable = MIGRATION_IDLE;
union migration_registers regs_dst;
void *tls_dst;

/* The stack that the program has after a move. Only its top is published, and nothing is written
   there beforehand: what the loop before the move left on it is dead once it is entered anew. */
static char migration_stack[STACK_BYTES] __attribute__((aligned(64)));
/* What was blocked before everything was. */
static uint64_t migration_mask;
/* The loop to enter after a move. */
static void (*migration_loop)(void);
/* What the registers held when the program was entered after a move. */
union migration_registers migration_arrived;

/* Assembly, below: stores all registers in migration_arrived and calls migration_arrive(). */
void migration_entry(void);

/* Every register that the program has no use for is published with a value of its own, and looked
   at on arrival, so that a mover that loses or swaps one is found out at once. */
static uint64_t mark(unsigned number) {
    return 0x6F6477697400ULL + number;
}

static void publish_aarch64(void) {
    struct migration_registers_aarch64 *registers = &regs_dst.aarch64;
    memset(&regs_dst, 0, sizeof regs_dst);
    registers->sp = (uint64_t)(migration_stack + STACK_BYTES);
    registers->pc = (uint64_t)&migration_entry;
    for (unsigned i = 0; i < 31; i++) {
        registers->x[i] = mark(i);
    }
    /* The frame pointer and the return address end the chain of frames. */
    registers->x[29] = 0;
    registers->x[30] = 0;
    for (unsigned i = 0; i < 32; i++) {
        registers->v[i].low = mark(64 + i);
        registers->v[i].high = mark(128 + i);
    }
    registers->magic = MIGRATION_MAGIC_AARCH64;
}

static void publish_x86_64(void) {
    struct migration_registers_x86_64 *registers = &regs_dst.x86_64;
    memset(&regs_dst, 0, sizeof regs_dst);
    registers->rip = (uint64_t)&migration_entry;
    uint64_t *general = &registers->rax;
    for (unsigned i = 0; i < 16; i++) {
        general[i] = mark(i);
    }
    registers->rbp = 0;
    /* As after a call: the return address (never used) stands at a multiple of 16 less 8. */
    registers->rsp = (uint64_t)(migration_stack + STACK_BYTES - 8);
    for (unsigned i = 0; i < 16; i++) {
        registers->xmm[i].low = mark(64 + i);
        registers->xmm[i].high = mark(128 + i);
    }
    registers->cs = 0x33; /* __USER_CS and __USER_DS of Linux */
    registers->ss = 0x2b;
    registers->rflags = 0x202; /* interrupts enabled, and the bit that is always one */
    registers->magic = MIGRATION_MAGIC_X86_64;
}

static bool change_variable(long from, long to) {
    return __atomic_compare_exchange_n(&__migrate_gb_variable, &from, to, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

void migration_park(void (*loop)(void)) {
    /* First, so that no handler changes memory once the registers are published. */
    migration_mask = set_signal_mask(~0UL);
    migration_loop = loop;
    for (;;) {
        long wish = __migrate_gb_variable;
        if (wish == MIGRATION_TO_AARCH64) {
            publish_aarch64();
        } else if (wish == MIGRATION_TO_X86_64) {
            publish_x86_64();
        } else {
            break;
        }
        /* Fails when the wish was changed or withdrawn meanwhile: then nobody waits for us. */
        if (change_variable(wish, MIGRATION_IDLE)) {
            while (__migrate_gb_variable == MIGRATION_IDLE) {
                sleep_milliseconds(PARK_MILLISECONDS);
            }
        }
    }
    regs_dst.magic = 0;
    change_variable(MIGRATION_GO_ON, MIGRATION_IDLE);
    set_signal_mask(migration_mask);
}

/* Registers are counted in the order of regs_dst. */
#define GENERAL "general register "
#define VECTOR "half of a vector register "

static __attribute__((noreturn)) void refuse_register(const char *name, unsigned number,
                                                      uint64_t expected, uint64_t found) {
    char line[160];
    struct text text = {line, line + sizeof line};
    put_string(&text, "migration_point: after the move ");
    put_string(&text, name);
    put_unsigned(&text, number);
    put_string(&text, " is 0x");
    put_hex(&text, found);
    put_string(&text, ", published was 0x");
    put_hex(&text, expected);
    put_string(&text, "\n");
    write_all(2, line, (size_t)(text.at - line));
    sys_exit(EXIT_REGISTERS);
}

static void compare_registers(const char *name, const uint64_t *expected, const uint64_t *found,
                              unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        if (expected[i] != found[i]) {
            refuse_register(name, i, expected[i], found[i]);
        }
    }
}

/* Entered from migration_entry on the published stack, all signals blocked. */
__attribute__((noreturn)) void migration_arrive(void) {
#if defined(__x86_64__)
    const struct migration_registers_x86_64 *published = &regs_dst.x86_64;
    const struct migration_registers_x86_64 *arrived = &migration_arrived.x86_64;
    compare_registers(GENERAL, &published->rax, &arrived->rax, 16);
    compare_registers(VECTOR, &published->xmm[0].low, &arrived->xmm[0].low, 32);
#else
    const struct migration_registers_aarch64 *published = &regs_dst.aarch64;
    const struct migration_registers_aarch64 *arrived = &migration_arrived.aarch64;
    compare_registers(GENERAL, &published->sp, &arrived->sp, 1);
    compare_registers(GENERAL, published->x, arrived->x, 31);
    compare_registers(VECTOR, &published->v[0].low, &arrived->v[0].low, 64);
#endif
    regs_dst.magic = 0;
    set_signal_mask(migration_mask);
    migration_loop();
    sys_exit(0);
}

/* Offsets are those of the structures in migration_point.h. Floating-point control is set to its
   default, because the published registers have no place for it. */
#if defined(__x86_64__)
__asm__(
    ".pushsection .text.migration_entry, \"ax\", @progbits\n"
    ".globl migration_entry\n"
    ".type migration_entry, @function\n"
    "migration_entry:\n"
    "    movq %rax, migration_arrived+16(%rip)\n"
    "    leaq migration_arrived(%rip), %rax\n"
    "    movq %rdx, 24(%rax)\n"
    "    movq %rcx, 32(%rax)\n"
    "    movq %rbx, 40(%rax)\n"
    "    movq %rsi, 48(%rax)\n"
    "    movq %rdi, 56(%rax)\n"
    "    movq %rbp, 64(%rax)\n"
    "    movq %rsp, 72(%rax)\n"
    ".irp n, 8, 9, 10, 11, 12, 13, 14, 15\n"
    "    movq %r\\n, 80+(\\n-8)*8(%rax)\n"
    ".endr\n"
    ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
    "    movups %xmm\\n, 208+\\n*16(%rax)\n"
    ".endr\n"
    "    cld\n"
    "    fninit\n"
    "    pushq $0x1f80\n"
    "    ldmxcsr (%rsp)\n"
    "    andq $-16, %rsp\n"
    "    call migration_arrive\n"
    "    hlt\n"
    ".size migration_entry, . - migration_entry\n"
    ".popsection\n");
#else
__asm__(
    ".pushsection .text.migration_entry, \"ax\", @progbits\n"
    ".globl migration_entry\n"
    ".type migration_entry, @function\n"
    "migration_entry:\n"
    "    stp x16, x17, [sp, #-16]!\n"
    "    adrp x16, migration_arrived\n"
    "    add x16, x16, :lo12:migration_arrived\n"
    "    add x17, sp, #16\n"
    "    str x17, [x16, #8]\n"
    ".irp n, 0, 2, 4, 6, 8, 10, 12, 14, 18, 20, 22, 24, 26, 28\n"
    "    str x\\n, [x16, #24+\\n*8]\n"
    ".endr\n"
    ".irp n, 1, 3, 5, 7, 9, 11, 13, 15, 19, 21, 23, 25, 27, 29, 30\n"
    "    str x\\n, [x16, #24+\\n*8]\n"
    ".endr\n"
    "    ldr x17, [sp]\n"
    "    str x17, [x16, #24+16*8]\n"
    "    ldr x17, [sp, #8]\n"
    "    str x17, [x16, #24+17*8]\n"
    "    add x17, x16, #272\n"
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "    str q\\n, [x17, #\\n*16]\n"
    ".endr\n"
    "    msr fpcr, xzr\n"
    "    msr fpsr, xzr\n"
    "    bl migration_arrive\n"
    "    brk #0\n"
    ".size migration_entry, . - migration_entry\n"
    ".popsection\n");
#endif
