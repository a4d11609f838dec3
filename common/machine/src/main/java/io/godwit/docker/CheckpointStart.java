package io.godwit.docker;

import io.godwit.messaging.Sleeper;
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
 * Engine nor runc tell it, and with a look at what runs afterwards. Whatever the Engine says, what
 * really runs is the answer.
 */
public final class CheckpointStart {
  /** How it ended. */
  public sealed interface Answer {
    /**
     * It runs.
     *
     * @param proof that it is what was dumped, one sentence each
     * @param otherwise a sentence, where it is not in all as it was started: its root can be
     *     written, a sysctl is missing
     */
    record Started(Container container, List<String> proof, Optional<String> otherwise)
        implements Answer {
      /** Takes a copy. */
      public Started {
        proof = List.copyOf(proof);
      }
    }

    /**
     * CRIU restored it, and it has ended since.
     *
     * @param refusal the Engine's words, where it said at the start that this had failed
     */
    record Ended(Container container, Optional<String> refusal) implements Answer {}

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
    record StrangerRuns(Container container, String why) implements Answer {}
  }

  /** Knows the process that was dumped. */
  @FunctionalInterface
  public interface Proof {
    /** What a look at a container shows. */
    sealed interface Finding {
      /**
       * It is what was dumped.
       *
       * @param proof one sentence each
       */
      record Same(List<String> proof) implements Finding {
        /** Takes a copy. */
        public Same {
          proof = List.copyOf(proof);
        }
      }

      /** It is not, or not provably, what was dumped. */
      record Stranger(String why) implements Finding {}

      /** It ends just now, and the Engine does not know yet how. */
      record Ending() implements Finding {}
    }

    /**
     * Looks.
     *
     * @param container one that runs, as far as the Engine knows
     * @param log CRIU's of this very start
     */
    Finding look(Container container, CriuLog log) throws IOException;
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
      String containerId, String checkpoint, Path images, Path log, Tcp tcp, List<String> more) {
    /** Takes a copy. */
    public Wanted {
      more = List.copyOf(more);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStart.class);

  /** Written and read by runc: what the inherited descriptors were. */
  public static final String DESCRIPTORS = "descriptors.json";

  private static final int STORE_REFUSALS = 3;
  private static final Duration GLANCE = Duration.ofMillis(100);
  private static final int GLANCES = 50;

  private final DockerEngine engine;
  private final CriuOptions options;
  private final ReadOnlyRoot readOnlyRoot;
  private final StartSettings startSettings;
  private final Orphans orphans;
  private final Sleeper sleeper;

  /**
   * @param proc {@code /proc} but in tests
   */
  public CheckpointStart(
      DockerEngine engine,
      CriuOptions options,
      CommandRunner commands,
      Path proc,
      Sleeper sleeper) {
    this.engine = engine;
    this.options = options;
    this.readOnlyRoot = new ReadOnlyRoot(commands, proc);
    this.startSettings = new StartSettings(commands, proc);
    this.orphans = new Orphans(proc, commands, sleeper);
    this.sleeper = sleeper;
  }

  /** The folder that an Engine starts a container from, the only one (moby#37344). */
  public static Path folder(DockerEngine engine, String containerId, String checkpoint)
      throws IOException {
    return engine.info().folderOf(containerId).resolve("checkpoints").resolve(checkpoint);
  }

  /**
   * Starts it, which does not run as far as the Engine knows, and looks.
   *
   * @param patience how long to wait while another dump or restore of this machine is going on
   * @throws CriuBusyException when that is over; nothing was begun
   * @throws IOException when the Engine does not answer: nobody knows what runs then, until {@link
   *     #look} has said it
   */
  public Answer start(Wanted wanted, Proof proof, Duration patience)
      throws IOException, InterruptedException {
    Optional<Container> before = engine.inspect(wanted.containerId());
    if (before.isEmpty()) {
      return gone(wanted.log(), Optional.empty());
    }
    clearFor(before.get());
    Files.deleteIfExists(wanted.log());
    List<String> lines = lines(wanted, before.get());
    Optional<String> refusal = Optional.empty();
    String what = "the start of container " + wanted.containerId();
    try (var _ = options.put(lines, what, patience)) {
      startDespiteItsLikeness(wanted);
    } catch (DockerException.Refused e) {
      LOG.warn("the start from a checkpoint failed: {}", e.getMessage());
      refusal = Optional.of(e.getMessage());
    }
    return look(wanted.containerId(), wanted.log(), proof, refusal);
  }

  /** A start that the Engine was told of, and that waits for what it is restored from. */
  @FunctionalInterface
  public interface Waiting {
    /**
     * Lets it go on, and waits for the Engine's answer.
     *
     * @return its words, where it says that this failed
     */
    Optional<String> goOn() throws InterruptedException;
  }

  /**
   * Clears the way for a start that is going to wait.
   *
   * @param before a container that does not run, as far as the Engine knows
   */
  public void clearFor(Container before) throws IOException, InterruptedException {
    // An earlier start may have gone on without its Engine.
    orphans.end(before.id());
    ReadOnlyRoot.prepare(before);
  }

  /**
   * Has a start go on that waits, and looks. The Engine cannot be asked of a container that waits.
   *
   * @param before the container as it was before it was started
   * @throws CriuBusyException as {@link #start}
   */
  public Answer goOn(
      Wanted wanted, Container before, Waiting waiting, Proof proof, Duration patience)
      throws IOException, InterruptedException {
    Files.deleteIfExists(wanted.log());
    List<String> lines = lines(wanted, before);
    Optional<String> refusal;
    String what = "the start of container " + wanted.containerId();
    try (var _ = options.put(lines, what, patience)) {
      refusal = waiting.goOn();
    }
    return look(wanted.containerId(), wanted.log(), proof, refusal);
  }

  private List<String> lines(Wanted wanted, Container container) throws IOException {
    List<String> lines = new ArrayList<>(CriuOptions.ofMigration(wanted.log(), wanted.tcp()));
    lines.addAll(wanted.more());
    lines.add(CriuOptions.imagesIn(wanted.images()));
    CgroupRoot.option(wanted.images(), wanted.containerId()).ifPresent(lines::add);
    lines.addAll(CgroupMounts.options(wanted.images(), wanted.containerId()));
    lines.addAll(readOnlyRoot.options(container));
    lines.addAll(LinkedMounts.options(engine, container));
    return lines;
  }

  /**
   * What has come of a start, of this run of the service or of one before.
   *
   * @param log CRIU's of that start
   * @param refusal why it failed, where somebody said so; what is seen counts for more
   * @throws IOException when the Engine does not say what runs
   */
  public Answer look(String containerId, Path log, Proof proof, Optional<String> refusal)
      throws IOException, InterruptedException {
    for (int glances = 0; glances < GLANCES; glances++) {
      Optional<Container> now = engine.inspect(containerId);
      if (now.isEmpty()) {
        return gone(log, refusal);
      }
      Container.State state = now.get().state();
      CriuLog said = CriuLog.read(log);
      if (!state.running()) {
        return said.restored()
            ? new Answer.Ended(now.get(), refusal)
            : new Answer.Refused(refusal.orElseGet(() -> notRestored(state)), said.lastErrors());
      }
      // Before anything else: it could write meanwhile, or miss what it was started with.
      Optional<String> otherwise =
          readOnlyRoot.ensure(now.get()).or(() -> startSettings.ensure(now.get()));
      switch (proof.look(now.get(), said)) {
        case Proof.Finding.Same(List<String> sentences) -> {
          return new Answer.Started(now.get(), sentences, otherwise);
        }
        case Proof.Finding.Stranger(String why) -> {
          return new Answer.StrangerRuns(
              now.get(), refusal.map(words -> words + " " + why).orElse(why));
        }
        case Proof.Finding.Ending _ -> sleeper.sleep(GLANCE);
      }
    }
    throw new IOException("the Engine does not notice that the process has ended");
  }

  private static String notRestored(Container.State state) {
    return "it was not restored, and is %s with exit code %d%s"
        .formatted(
            state.status(), state.exitCode(), state.error().isEmpty() ? "" : ": " + state.error());
  }

  private static Answer gone(Path log, Optional<String> refusal) throws IOException {
    return new Answer.Refused(
        refusal.orElse("the container is not on this machine any more"),
        CriuLog.read(log).lastErrors());
  }

  /**
   * The Engine puts its folder of a checkpoint as a tar under its digest into a store, and refuses
   * one that is still there from the dump ("content sha256:...: already exists", moby#42900). It
   * does so before it has started anything, so trying again is safe; another time of a file makes
   * it another tar.
   */
  private void startDespiteItsLikeness(Wanted wanted) throws IOException {
    Path descriptors =
        folder(engine, wanted.containerId(), wanted.checkpoint()).resolve(DESCRIPTORS);
    for (int refusals = 0; ; refusals++) {
      try {
        engine.startFromCheckpoint(wanted.containerId(), wanted.checkpoint());
        return;
      } catch (DockerException.Refused e) {
        if (refusals == STORE_REFUSALS || !isAlreadyInStore(e)) {
          throw e;
        }
        Instant written = Files.getLastModifiedTime(descriptors).toInstant();
        Files.setLastModifiedTime(descriptors, FileTime.from(written.plusSeconds(1)));
      }
    }
  }

  private static boolean isAlreadyInStore(DockerException.Refused e) {
    return e.getMessage().contains("content sha256:") && e.getMessage().contains("already exists");
  }
}
