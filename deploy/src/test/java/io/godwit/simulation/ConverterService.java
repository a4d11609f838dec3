package io.godwit.simulation;

import io.godwit.blob.GrantingPublisher;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.Conversion;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Verdict;
import io.godwit.messaging.Wire;
import java.time.Instant;

/** A converter between machines that are alike: the images stay what they are. */
record ConverterService(World world) implements Machine.Service {
  @Override
  public String name() {
    return "converter";
  }

  @Override
  public void main(Scheduler.Actor actor) {
    DecisionLog log = world.broker().log();
    Publisher publisher =
        new GrantingPublisher(
            world.broker(), world.store(), () -> Instant.ofEpochMilli(world.epochMs()));
    world
        .group(Topic.CHECKPOINTS, "converter", key -> true)
        .join(
            actor,
            Wire.handler(
                Checkpoint.getDefaultInstance(),
                (key, checkpoint) -> convert(log, publisher, checkpoint)));
  }

  private void convert(DecisionLog log, Publisher publisher, Checkpoint checkpoint) {
    Verdict verdict = Verdict.of(log.read(checkpoint.getMigrationId()), checkpoint.getAttempt());
    if (!(verdict instanceof Verdict.Open)) {
      return;
    }
    world.pass(10, 300);
    publisher.publish(
        Topic.CONVERSIONS,
        checkpoint.getDevice(),
        Conversion.newBuilder()
            .setMigrationId(checkpoint.getMigrationId())
            .setHost(checkpoint.getHost())
            .setDevice(checkpoint.getDevice())
            .setContainer(checkpoint.getContainer())
            .setImages(checkpoint.getImages())
            .addAllTwins(checkpoint.getTwinsList())
            .setLayer(checkpoint.getLayer())
            .setOptions(checkpoint.getOptions())
            .addAllTrees(checkpoint.getTreesList())
            .setFrozenAtMs(checkpoint.getFrozenAtMs())
            .setExpiresAtMs(checkpoint.getExpiresAtMs())
            .addAllPhases(checkpoint.getPhasesList())
            .setAttempt(checkpoint.getAttempt())
            .setFreezeEndsAtMs(checkpoint.getFreezeEndsAtMs())
            .build());
  }
}
