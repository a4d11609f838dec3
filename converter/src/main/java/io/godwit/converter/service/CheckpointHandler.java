package io.godwit.converter.service;

import io.godwit.blob.BlobStore;
import io.godwit.blob.GrantingPublisher;
import io.godwit.contract.Abort;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.Conversion;
import io.godwit.contract.Decision;
import io.godwit.contract.Manifest;
import io.godwit.contract.Phase;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.ReportLine;
import io.godwit.converter.Graft;
import io.godwit.converter.graft.Grafted;
import io.godwit.criu.ImageException;
import io.godwit.elf.ElfException;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.MigrationEvents;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Verdict;
import io.godwit.messaging.Wire;
import io.godwit.messaging.WireRefusals;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import io.godwit.service.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converts one checkpoint and publishes the conversion. A checkpoint that cannot go on on the
 * device becomes an Abort in the decision log, so that the source goes on at once. Seen twice, a
 * checkpoint gives the same images under the same digests; what is decided already is left alone.
 */
public final class CheckpointHandler implements Wire.MessageHandler<Checkpoint> {
  /** Who writes the Abort. */
  private static final String BY = "converter";

  private static final String PHASE = "convert";
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointHandler.class);

  private final Graft graft;
  private final BlobStore blobs;
  private final DecisionLog decisions;
  private final GrantingPublisher publisher;
  private final EventPublisher events;
  private final MeterRegistry metrics;
  private final Path work;
  private final Clock clock;

  /**
   * @param work a folder for files that do not outlive a conversion
   */
  public CheckpointHandler(
      Graft graft,
      BlobStore blobs,
      DecisionLog decisions,
      GrantingPublisher publisher,
      EventPublisher events,
      MeterRegistry metrics,
      Path work,
      Clock clock) {
    this.graft = graft;
    this.blobs = blobs;
    this.decisions = decisions;
    this.publisher = publisher;
    this.events = events;
    this.metrics = metrics;
    this.work = work;
    this.clock = clock;
  }

  @Override
  public void handle(String key, Checkpoint checkpoint) throws IOException {
    Verdict verdict =
        Verdict.of(decisions.read(checkpoint.getMigrationId()), checkpoint.getAttempt());
    if (!(verdict instanceof Verdict.Open)) {
      LOG.info("this migration is decided already; its checkpoint is not converted");
      count("skipped");
      return;
    }
    MigrationEvents voice =
        events.of(
            checkpoint.getMigrationId(),
            checkpoint.getHost(),
            checkpoint.getDevice(),
            checkpoint.getContainer().getName());
    voice.say(Phase.CONVERTING, "the process state is grafted onto the device's template");
    Instant begin = clock.instant();
    try {
      Conversion conversion = convert(checkpoint, begin);
      Publisher device =
          OwnFolder.holds(checkpoint.getTemplate(), checkpoint.getDevice())
              ? publisher
              : publisher.withoutGrants();
      device.publish(Topic.CONVERSIONS, checkpoint.getDevice(), conversion);
      Metric.CONVERSION_TIME.timer(metrics).record(Duration.between(begin, clock.instant()));
      count("converted");
      voice.took(PHASE, begin);
      voice.say(
          Phase.CONVERTED,
          "%d images for %s, %d things rewritten"
              .formatted(
                  conversion.getImages().getFilesCount(),
                  checkpoint.getDevice(),
                  conversion.getReportCount()),
          conversion.getPhasesList(),
          conversion.getReportList());
    } catch (RefusedException e) {
      voice.took(PHASE, begin);
      abort(checkpoint, voice, String.join("; ", e.reasons()), e.refusals());
    } catch (ImageException | ElfException | IllegalArgumentException e) {
      LOG.warn("the checkpoint cannot be converted", e);
      String why = "the checkpoint cannot be converted: " + e.getMessage();
      abort(
          checkpoint,
          voice,
          why,
          List.of(new Refusal(RefusalKind.CHECKPOINT, checkpoint.getMigrationId(), why)));
    }
  }

  /** The container stands frozen for it: it goes on at once, not when its budget is spent. */
  @Override
  public void buried(String key, Checkpoint checkpoint, Throwable cause) {
    abort(checkpoint, "the checkpoint could not be converted: " + cause, List.of());
    count("buried");
  }

  private Conversion convert(Checkpoint checkpoint, Instant begin)
      throws IOException, RefusedException {
    OwnFolder.requireNoOthers(checkpoint.getTemplate(), checkpoint.getDevice());
    StoredFolder source = new StoredFolder(blobs, checkpoint.getImages());
    StoredFolder template = new StoredFolder(blobs, checkpoint.getTemplate().getImages());
    try (TwinFiles twins = TwinFiles.fetch(blobs, work, checkpoint.getTwinsList())) {
      Grafted grafted = graft.convert(Inputs.of(checkpoint, source, template, twins.executables()));
      Manifest images = new GraftedManifest(blobs, source, template).store(grafted);
      List<ReportLine> report = Inputs.report(grafted);
      return Conversion.newBuilder()
          .setMigrationId(checkpoint.getMigrationId())
          .setHost(checkpoint.getHost())
          .setDevice(checkpoint.getDevice())
          .setContainer(checkpoint.getContainer())
          .setImages(images)
          .addAllTwins(checkpoint.getTwinsList())
          .setLayer(checkpoint.getLayer())
          .setOptions(checkpoint.getOptions())
          .addAllTrees(checkpoint.getTreesList())
          .addAllReport(report)
          .setFrozenAtMs(checkpoint.getFrozenAtMs())
          .setExpiresAtMs(checkpoint.getExpiresAtMs())
          .setFreezeEndsAtMs(checkpoint.getFreezeEndsAtMs())
          .setAttempt(checkpoint.getAttempt())
          .addAllPhases(checkpoint.getPhasesList())
          .addPhases(
              PhaseTime.newBuilder()
                  .setPhase(PHASE)
                  .setBeginMs(begin.toEpochMilli())
                  .setDurationMs(Duration.between(begin, clock.instant()).toMillis())
                  .setBytes(Inputs.rewrittenBytes(grafted))
                  .setFrozen(true))
          .build();
    }
  }

  private void abort(Checkpoint checkpoint, String reason, List<Refusal> refusals) {
    decisions.append(
        Decision.newBuilder()
            .setMigrationId(checkpoint.getMigrationId())
            .setAtMs(clock.millis())
            .setAbort(
                Abort.newBuilder()
                    .setBy(BY)
                    .setReason(reason)
                    .addAllRefusals(WireRefusals.of(refusals))
                    .setAttempt(checkpoint.getAttempt()))
            .build());
  }

  private void abort(
      Checkpoint checkpoint, MigrationEvents voice, String reason, List<Refusal> refusals) {
    abort(checkpoint, reason, refusals);
    count("refused");
    for (Refusal refusal : refusals) {
      Metric.REFUSALS
          .counter(metrics, "service", "converter", "kind", refusal.kind().word())
          .increment();
    }
    voice.refuse(
        Phase.CONVERTING,
        "cannot go on on %s: %s".formatted(checkpoint.getDevice(), reason),
        List.of(),
        refusals);
  }

  /** Names that nothing was counted under yet are there with 0. */
  static void show(MeterRegistry metrics) {
    List.of("converted", "refused", "skipped", "buried")
        .forEach(outcome -> Metric.CONVERSIONS_ENDED.counter(metrics, "outcome", outcome));
    Metric.CONVERSION_TIME.timer(metrics);
  }

  private void count(String outcome) {
    Metric.CONVERSIONS_ENDED.counter(metrics, "outcome", outcome).increment();
  }
}
