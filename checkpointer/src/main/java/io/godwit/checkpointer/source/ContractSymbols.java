package io.godwit.checkpointer.source;

/**
 * Where a running program keeps its side of h-container's contract.
 *
 * @param variable address of {@code __migrate_gb_variable}
 * @param registers address of {@code regs_dst}, which begins with its magic
 */
public record ContractSymbols(long variable, long registers) {}
