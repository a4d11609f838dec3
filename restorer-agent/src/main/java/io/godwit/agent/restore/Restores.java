package io.godwit.agent.restore;

import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Images;
import io.godwit.agent.container.Layers;
import io.godwit.agent.container.Trees;
import io.godwit.agent.hold.Starts;
import io.godwit.agent.machine.Disk;
import io.godwit.agent.proof.RestoreProof;
import io.godwit.agent.rehearsal.Rehearsing;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.Self;
import io.godwit.agent.state.StateFolder;
import io.godwit.blob.Manifests;
import io.godwit.docker.DockerEngine;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Sleeper;
import io.godwit.service.Threads;
import java.time.Clock;

/**
 * The parts of restoring, put together.
 *
 * @param handler takes conversions
 * @param pages takes memory that goes ahead
 * @param recovery takes up what an earlier run left
 */
public record Restores(ConversionHandler handler, PagesAheadHandler pages, Recovery recovery) {
  /**
   * What restoring stands on.
   *
   * @param pageSize of this machine, in bytes
   */
  public record Ground(
      Self self,
      int pageSize,
      DockerEngine engine,
      Containers containers,
      Images images,
      Layers layers,
      Trees trees,
      Manifests manifests,
      Starts starts,
      RestoreProof proof,
      Rehearsing rehearsing,
      Disk disk,
      DecisionLog log,
      Journal journal,
      StateFolder state,
      Publisher publisher,
      EventPublisher events,
      Clock clock,
      Sleeper sleeper,
      Threads threads) {}

  /** Puts them together. */
  public static Restores on(Ground ground) {
    AheadMemory memory =
        new AheadMemory(ground.manifests, ground.state, ground.pageSize, ground.threads);
    Staging staging =
        new Staging(
            memory, ground.layers, ground.trees, ground.images, ground.state, ground.sleeper);
    Decisions decisions = new Decisions(ground.log, ground.self, ground.clock, ground.sleeper);
    Settlement settlement =
        new Settlement(
            new ClaimedRestore(
                ground.engine,
                ground.containers,
                ground.trees,
                ground.starts,
                ground.proof,
                ground.state,
                ground.sleeper),
            decisions,
            ground.engine,
            ground.containers,
            ground.trees,
            ground.journal,
            ground.state,
            ground.events,
            ground.sleeper);
    Restorer restorer =
        new Restorer(
            staging,
            new Preparer(
                ground.engine,
                ground.containers,
                ground.images,
                ground.layers,
                ground.trees,
                staging,
                ground.starts,
                ground.state,
                ground.disk,
                ground.clock),
            settlement,
            decisions,
            new Uninterrupted(ground.threads),
            ground.journal,
            ground.clock);
    Recovery recovery =
        new Recovery(
            ground.journal,
            ground.state,
            decisions,
            settlement,
            ground.containers,
            ground.rehearsing,
            ground.clock,
            ground.sleeper);
    return new Restores(
        new ConversionHandler(restorer, settlement, recovery, decisions, ground.journal),
        new PagesAheadHandler(memory, decisions, ground.publisher, ground.clock),
        recovery);
  }
}
