package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.contract.TcpConnections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way to start a container from a checkpoint: with all that CRIU has to be told and neither
 * Engine nor runc tell it, and with a look at what runs afterwards.
 */
public final class CheckpointStart {
  /** How it ended. */
  public sealed interface Answer {
    /**
     * It runs.
     *
     * @param inspect what the Engine says of it
     * @param otherwise a sentence, where it is not in all as it was started: its root can be
     *     written, a sysctl is missing
     */
    record Started(JsonNode inspect, Optional<String> otherwise) implements Answer {}

    /** CRIU restored it, and it has come to its own end since. */
    record Ended(int exitCode) implements Answer {}

    /**
     * Nothing of it runs.
     *
     * @param why the Engine's words
     * @param criuSaid the last errors in CRIU's log
     */
    record Refused(String why, List<String> criuSaid) implements Answer {
      /** Takes a copy. */
      public Refused {
        criuSaid = List.copyOf(criuSaid);
      }

      /** All of it as one message. */
      public String message() {
        return criuSaid.isEmpty() ? why : why + "\nCRIU said:\n" + String.join("\n", criuSaid);
      }
    }

    /**
     * Something runs, and is not what was dumped: whoever asked ends it.
     *
     * @param why a sentence
     */
    record StrangerRuns(JsonNode inspect, String why) implements Answer {}
  }

  /** Knows the process that was dumped. */
  @FunctionalInterface
  public interface Proof {
    /** Whoever asks looks for itself. */
    Proof NONE = _ -> Optional.empty();

    /**
     * Why what runs is not what was dumped; empty when it is.
     *
     * @param inspect of the container, which runs
     */
    Optional<String> stranger(JsonNode inspect) throws IOException;
  }

  /**
   * What is started from what.
   *
   * @param checkpoint its name; runc's descriptors.json lies in the container's own folder of that
   *     name
   * @param images where CRIU reads its images
   * @param log where CRIU writes what it does; an older one goes first
   * @param more lines for CRIU's configuration that only the caller knows, see {@link CriuOptions}
   */
  public record Wanted(
      String containerId,
      String checkpoint,
      Path images,
      Path log,
      TcpConnections tcp,
      List<String> more) {
    /** Takes a copy. */
    public Wanted {
      more = List.copyOf(more);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStart.class);

  /** Written and read by runc: what the inherited descriptors were. */
  private static final String DESCRIPTORS = "descriptors.json";

  private static final int STORE_REFUSALS = 3;

  private final DockerEngine engine;
  private final CriuOptions options;
  private final ReadOnlyRoot readOnlyRoot;
  private final StartSettings startSettings;
  private final Orphans orphans;

  public CheckpointStart(
      DockerEngine engine,
      CriuOptions options,
      ReadOnlyRoot readOnlyRoot,
      StartSettings startSettings,
      Orphans orphans) {
    this.engine = engine;
    this.options = options;
    this.readOnlyRoot = readOnlyRoot;
    this.startSettings = startSettings;
    this.orphans = orphans;
  }

  /**
   * Starts it; it does not run, as far as the Engine knows. Whatever the Engine says, it is looked
   * at what really runs.
   *
   * @param patience how long to wait while another dump or restore of this machine is going on
   * @throws CriuBusyException when that is over; nothing was begun
   * @throws DockerException when the Engine does not answer: nobody knows what runs then
   */
  public Answer start(Wanted wanted, Proof proof, Duration patience)
      throws IOException, InterruptedException {
    Optional<JsonNode> before = engine.inspect(wanted.containerId());
    if (before.isEmpty()) {
      return new Answer.Refused("the container is not on this machine any more", List.of());
    }
    // An earlier start may have gone on without its Engine.
    orphans.end(wanted.containerId());
    Files.deleteIfExists(wanted.log());
    List<String> lines = lines(wanted, before.get());
    ReadOnlyRoot.prepare(before.get());
    Optional<String> refusal = Optional.empty();
    String what = "the start of container " + wanted.containerId();
    try (var _ = options.put(lines, what, patience)) {
      startDespiteItsLikeness(wanted);
    } catch (DockerException e) {
      if (e.status() == 0) {
        throw e;
      }
      LOG.warn("the start from a checkpoint failed: {}", e.getMessage());
      refusal = Optional.of(e.getMessage());
    }
    return whatRuns(wanted, proof, refusal);
  }

  private List<String> lines(Wanted wanted, JsonNode inspect) throws IOException {
    List<String> lines = new ArrayList<>(CriuOptions.ofMigration(wanted.log(), wanted.tcp()));
    lines.addAll(wanted.more());
    lines.add(CriuOptions.imagesIn(wanted.images()));
    CgroupRoot.option(wanted.images(), wanted.containerId()).ifPresent(lines::add);
    lines.addAll(CgroupMounts.options(wanted.images(), wanted.containerId()));
    lines.addAll(readOnlyRoot.options(inspect));
    lines.addAll(LinkedMounts.options(engine, inspect));
    return lines;
  }

  private Answer whatRuns(Wanted wanted, Proof proof, Optional<String> refusal) throws IOException {
    Optional<JsonNode> now = engine.inspect(wanted.containerId());
    if (now.isEmpty()) {
      return refused(wanted, refusal.orElse("the container was removed while it was started"));
    }
    JsonNode state = now.get().path("State");
    if (state.path("Running").asBoolean()) {
      // Before anything else: it could write meanwhile, or miss what it was started with.
      Optional<String> otherwise =
          readOnlyRoot.ensure(now.get()).or(() -> startSettings.ensure(now.get()));
      Optional<String> stranger = proof.stranger(now.get());
      return stranger.isPresent()
          ? new Answer.StrangerRuns(now.get(), stranger.get())
          : new Answer.Started(now.get(), otherwise);
    }
    if (refusal.isEmpty() && CriuLog.read(wanted.log()).restored()) {
      return new Answer.Ended(state.path("ExitCode").asInt());
    }
    return refused(
        wanted,
        refusal.orElse(
            "it ended before it was restored, with exit code %d"
                .formatted(state.path("ExitCode").asInt())));
  }

  private static Answer refused(Wanted wanted, String why) throws IOException {
    return new Answer.Refused(why, CriuLog.read(wanted.log()).lastErrors());
  }

  /**
   * The Engine puts its folder of a checkpoint as a tar under its digest into a store, and refuses
   * one that is still there from the dump ("content sha256:...: already exists", moby#42900). It
   * does so before it has started anything, so trying again is safe; another time of a file makes
   * it another tar.
   */
  private void startDespiteItsLikeness(Wanted wanted) throws IOException {
    Path descriptors =
        ContainerSpec.folder(engine, wanted.containerId())
            .resolve("checkpoints")
            .resolve(wanted.checkpoint())
            .resolve(DESCRIPTORS);
    for (int refusals = 0; ; refusals++) {
      try {
        engine.startFromCheckpoint(wanted.containerId(), wanted.checkpoint());
        return;
      } catch (DockerException e) {
        if (refusals == STORE_REFUSALS || !isAlreadyInStore(e)) {
          throw e;
        }
        Instant written = Files.getLastModifiedTime(descriptors).toInstant();
        Files.setLastModifiedTime(descriptors, FileTime.from(written.plusSeconds(1)));
      }
    }
  }

  private static boolean isAlreadyInStore(DockerException e) {
    return e.getMessage().contains("content sha256:") && e.getMessage().contains("already exists");
  }
}
