/**
 * What is read from ELF executables: program headers, symbols, build-id.
 *
 * <p>{@link io.godwit.elf.ElfFile#read} takes 64-bit little-endian executables of any machine and
 * checks every offset and count against the file before it follows or allocates. Files that are
 * unusual but run are read: one without section headers has no symbols, and {@link
 * io.godwit.elf.ElfFile#symbolTable} says so. What is wrong ends in an {@link
 * io.godwit.elf.ElfException}.
 */
@NullMarked
package io.godwit.elf;

import org.jspecify.annotations.NullMarked;
