/* Where the kernel enters the program, and where a signal handler returns to. */
#include "isa.h"
#include "runtime.h"

const char isa_name[16] = ISA_NAME;

/*
 * _start: the stack holds argc, argv, 0, envp, 0, auxv (psABI, "Initial process stack"); it is
 * handed on as the only argument.
 * __restore_rt: what a handler returns into where the vdso offers nothing (x86_64). It stands in
 * both executables at one address, under the name that C libraries give it.
 */
#if defined(__x86_64__)
__asm__(
    ".pushsection .text._start, \"ax\", @progbits\n"
    ".globl _start\n"
    ".type _start, @function\n"
    "_start:\n"
    "    xorl %ebp, %ebp\n"
    "    movq %rsp, %rdi\n"
    "    andq $-16, %rsp\n"
    "    call start_program\n"
    "    hlt\n"
    ".size _start, . - _start\n"
    ".popsection\n"
    ".pushsection .text.__restore_rt, \"ax\", @progbits\n"
    ".globl __restore_rt\n"
    ".type __restore_rt, @function\n"
    "__restore_rt:\n"
    "    movl $15, %eax\n"
    "    syscall\n"
    "    hlt\n"
    ".size __restore_rt, . - __restore_rt\n"
    ".popsection\n");
#else
__asm__(
    ".pushsection .text._start, \"ax\", @progbits\n"
    ".globl _start\n"
    ".type _start, @function\n"
    "_start:\n"
    "    mov x29, #0\n"
    "    mov x30, #0\n"
    "    mov x0, sp\n"
    "    bl start_program\n"
    "    brk #0\n"
    ".size _start, . - _start\n"
    ".popsection\n"
    ".pushsection .text.__restore_rt, \"ax\", @progbits\n"
    ".globl __restore_rt\n"
    ".type __restore_rt, @function\n"
    "__restore_rt:\n"
    "    mov x8, #139\n"
    "    svc #0\n"
    "    brk #0\n"
    ".size __restore_rt, . - __restore_rt\n"
    ".popsection\n");
#endif

__attribute__((noreturn)) void start_program(long *stack) {
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);
    sys_exit(main(argc, argv, argv + argc + 1));
}
