package io.godwit.checkpointer.preflight;

import java.nio.file.Path;

/**
 * An executable and its twin, copied out of the container.
 *
 * @param executable absolute path in the container
 * @param source a copy of the executable that runs
 * @param target a copy of its twin for the other ISA
 * @param mode the executable's permission bits
 */
public record TwinFiles(String executable, Path source, Path target, int mode) {}
