package io.godwit.agent.restore;

import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Goods;
import io.godwit.agent.proof.ProvenStart;
import io.godwit.agent.ready.WaitingContainers;
import io.godwit.agent.rehearsal.Rehearsing;
import io.godwit.agent.state.Workplace;
import io.godwit.blob.Manifests;
import io.godwit.docker.DockerEngine;

/**
 * The parts of restoring, put together.
 *
 * @param handler takes conversions
 * @param pages takes memory that goes ahead
 * @param recovery takes up what an earlier run left
 */
public record Restores(ConversionHandler handler, PagesAheadHandler pages, Recovery recovery) {
  /** Puts them together. */
  public static Restores of(
      Workplace at,
      Containers containers,
      Goods goods,
      ProvenStart starts,
      Rehearsing rehearsing,
      WaitingContainers waitingContainers) {
    DockerEngine engine = at.device().engine();
    Workplace.Desk desk = at.desk();
    Workplace.Meeting meeting = at.meeting();
    Workplace.Waiting waiting = at.waiting();
    AheadMemory memory =
        new AheadMemory(
            new Manifests(meeting.blobs()),
            desk.state(),
            at.device().pageSize(),
            waiting.threads());
    Staging staging = new Staging(memory, goods, desk.state(), waiting.sleeper());
    Decisions decisions =
        new Decisions(meeting.log(), desk.self(), waiting.clock(), waiting.sleeper());
    Tidying tidying = new Tidying(engine, containers, goods.trees(), desk);
    Settlement settlement =
        new Settlement(
            new ClaimedRestore(
                engine, containers, goods.trees(), starts, desk.state(), waiting.sleeper()),
            decisions,
            tidying,
            desk.journal(),
            meeting.events(),
            waiting.sleeper());
    Restorer restorer =
        new Restorer(
            waitingContainers,
            staging,
            new Preparer(engine, containers, goods, staging, starts, desk.state(), waiting.clock()),
            settlement,
            tidying,
            decisions,
            new Uninterrupted(waiting.threads()),
            desk.policy(),
            waiting.clock());
    Recovery recovery =
        new Recovery(
            desk,
            decisions,
            settlement,
            tidying,
            containers,
            new Recovery.Ahead(rehearsing, waitingContainers),
            waiting);
    return new Restores(
        new ConversionHandler(
            waitingContainers, restorer, settlement, tidying, recovery, decisions, desk.journal()),
        new PagesAheadHandler(memory, decisions, meeting.publisher(), waiting.clock()),
        recovery);
  }
}
