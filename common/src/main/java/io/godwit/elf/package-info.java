/** What is read from ELF executables: program headers, symbols, build-id. */
@NullMarked
package io.godwit.elf;

import org.jspecify.annotations.NullMarked;
