/**
 * The whole protocol in one JVM: the real checkpointers and agents, over a world that is played and
 * goes wrong as drawn. {@link io.godwit.simulation.SimulationTest} says what must hold.
 */
@NullMarked
package io.godwit.simulation;

import org.jspecify.annotations.NullMarked;
