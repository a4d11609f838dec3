package io.godwit.agent.rehearsal;

import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Purpose;
import io.godwit.agent.hold.PendingStart;
import io.godwit.agent.proof.ProvenStart;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.Patience;
import io.godwit.agent.state.StateFolder;
import io.godwit.blob.BlobStore;
import io.godwit.blob.Manifests;
import io.godwit.contract.Manifest;
import io.godwit.docker.AsAsked;
import io.godwit.docker.CheckpointStart;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.CriuLog;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.Tcp;
import io.godwit.docker.UpperLayer;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One container with the probe in it: started, checkpointed, restored, proven. */
public final class Rehearsing {
  private static final Duration TIDY = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration START = Duration.ofMinutes(1);

  private final DockerEngine engine;
  private final Containers containers;
  private final Manifests manifests;
  private final ProvenStart starts;
  private final ProbeBinary probe;
  private final StateFolder state;
  private final Patience patience;

  public Rehearsing(
      DockerEngine engine,
      Containers containers,
      Manifests manifests,
      ProvenStart starts,
      ProbeBinary probe,
      StateFolder state,
      Patience patience) {
    this.engine = engine;
    this.containers = containers;
    this.manifests = manifests;
    this.starts = starts;
    this.probe = probe;
    this.state = state;
    this.patience = patience;
  }

  /**
   * What a rehearsal showed.
   *
   * @param images of the checkpoint, stored
   * @param restore from the word that restores it to the proof that it runs
   */
  public record Rehearsed(Manifest images, Duration restore) {}

  /** Puts files into the container before it starts. */
  @FunctionalInterface
  public interface Filling {
    void fill(Container container) throws IOException;
  }

  /**
   * Rehearses. The container stays until {@link #tidyUp}.
   *
   * @param spec as the source's is configured, with an image that is there
   * @throws RefusedException when the container cannot be made, dumped or restored here
   */
  public Rehearsed rehearse(MigrationId id, ContainerSpec spec, Filling filling)
      throws RefusedException, InterruptedException {
    String name = Containers.rehearsalName(id);
    String step = "made";
    Path log = state.log(id, "rehearsal");
    try {
      Files.deleteIfExists(log);
      ContainerSpec withProbe = spec.withProcess(List.of(ProbeBinary.PATH));
      String container = containers.create(name, Purpose.rehearsal(id), withProbe);
      Container made = found(container);
      List<String> otherwise = AsAsked.differences(withProbe, made, Containers.OWN_LABELS);
      if (!otherwise.isEmpty()) {
        throw new RefusedException(
            otherwise.stream()
                .map(how -> new Refusal(RefusalKind.NOT_AS_ASKED, spec.name(), how))
                .toList());
      }
      filling.fill(made);
      probe.place(UpperLayer.of(made), state.staging(id));
      step = "started";
      boolean held = starts.startAfresh(made);
      awaitProbe(container);
      step = "checkpointed";
      Path images = state.staging(id).resolve("rehearsal");
      containers.checkpoint(container, id, images, log);
      awaitEnd(container);
      Manifest manifest = manifests.upload(images, BlobStore.SILENT);
      step = "restored";
      Duration restore =
          restore(
              held,
              new CheckpointStart.Wanted(
                  container, Containers.checkpointName(id), images, log, Tcp.CLOSE, List.of()));
      if (held) {
        state.mark(state.held(id));
      }
      DurableFiles.delete(log);
      return new Rehearsed(manifest, restore);
    } catch (IOException e) {
      throw new RefusedException(refusals(spec.name(), step, e, log));
    }
  }

  /**
   * Restores the probe in the way in which the container itself is going to be.
   *
   * @return how long that took, from where the container will stand frozen
   * @throws IOException when what runs is not the probe as it was dumped
   */
  private Duration restore(boolean held, CheckpointStart.Wanted wanted)
      throws IOException, InterruptedException {
    Duration longest = CriuOptions.PATIENCE.plus(START);
    try (PendingStart start = starts.begin(found(wanted.containerId()), held, longest)) {
      Optional<String> not = start.await(START);
      if (not.isPresent()) {
        throw new IOException(not.get());
      }
      Instant begin = patience.clock().instant();
      require(starts.go(start, wanted, List.of()));
      return Duration.between(begin, patience.clock().instant());
    }
  }

  private static void require(CheckpointStart.Answer answer) throws IOException {
    switch (answer) {
      case CheckpointStart.Answer.Started started -> {
        if (started.otherwise().isPresent()) {
          throw new IOException(started.otherwise().get());
        }
      }
      case CheckpointStart.Answer.StrangerRuns stranger -> throw new IOException(stranger.why());
      // What CRIU said is read from its log, whatever went wrong.
      case CheckpointStart.Answer.Refused refused -> throw new IOException(refused.why());
      case CheckpointStart.Answer.Ended ended ->
          throw new IOException(
              "the probe ended with exit code " + ended.container().state().exitCode());
    }
  }

  /**
   * Removes what a rehearsal, at whatever step, has left: one that stays keeps its ports from what
   * it was the rehearsal for. So an Engine that refuses is asked again.
   */
  public void tidyUp(MigrationId id) throws IOException, InterruptedException {
    Instant end = patience.clock().instant().plus(TIDY);
    while (true) {
      try {
        containers.remove(Containers.rehearsalName(id), Purpose.rehearsal(id));
        return;
      } catch (IOException e) {
        if (!patience.clock().instant().isBefore(end)) {
          throw e;
        }
        patience.sleeper().sleep(PAUSE);
      }
    }
  }

  private void awaitProbe(String container) throws IOException, InterruptedException {
    boolean runs =
        patience.await(
            START,
            () -> {
              Container.State state = found(container).state();
              if (state.status().equals("exited")) {
                throw new IOException(
                    "the probe ended with exit code %d: %s %s"
                        .formatted(state.exitCode(), state.error(), engine.logs(container, 5)));
              }
              return state.running() && probe.isRunBy(state.pid());
            });
    if (!runs) {
      throw new IOException("the probe does not run after " + START.toSeconds() + " s");
    }
  }

  /** The Engine answers before it has noticed that the dumped process is gone. */
  private void awaitEnd(String container) throws IOException, InterruptedException {
    boolean ended = patience.await(START, () -> !found(container).state().running());
    if (!ended) {
      throw new IOException("the dumped container still runs after " + START.toSeconds() + " s");
    }
  }

  private Container found(String container) throws IOException {
    return engine
        .inspect(container)
        .orElseThrow(
            () -> new IOException("the rehearsal's container was removed by another hand"));
  }

  private static List<Refusal> refusals(
      String container, String step, IOException failure, Path log) {
    List<String> sentences = new ArrayList<>();
    sentences.add(
        "The container cannot be %s on this device: %s".formatted(step, failure.getMessage()));
    try {
      CriuLog.read(log).lastErrors().forEach(line -> sentences.add("CRIU said: " + line));
    } catch (IOException unreadable) {
      sentences.add("CRIU's log cannot be read: " + unreadable.getMessage());
    }
    return sentences.stream()
        .map(sentence -> new Refusal(RefusalKind.REHEARSAL, container, sentence))
        .toList();
  }
}
