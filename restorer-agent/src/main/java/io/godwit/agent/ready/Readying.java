package io.godwit.agent.ready;

import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Goods;
import io.godwit.agent.container.Purpose;
import io.godwit.agent.proof.ProvenStart;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.agent.state.Workplace;
import io.godwit.contract.Attempt;
import io.godwit.contract.Preparation;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.TreeComparison;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a container as its source's is, and has it started up to where the runtime holds it. */
public final class Readying {
  /** The Engine's answer to a start is waited for at most half an hour. */
  public static final Duration LONGEST = Duration.ofMinutes(20);

  private static final Logger LOG = LoggerFactory.getLogger(Readying.class);

  /** To have the Engine create it: an emulated device takes its time. */
  private static final Duration CREATED = Duration.ofMinutes(1);

  /** The Engine's words where another container, or another program, has the port. */
  private static final List<String> PORT_TAKEN =
      List.of("port is already allocated", "address already in use");

  private final DockerEngine engine;
  private final Containers containers;
  private final Goods goods;
  private final ProvenStart starts;
  private final String run;
  private final StateFolder state;
  private final Journal journal;
  private final Clock clock;

  public Readying(Workplace at, Containers containers, Goods goods, ProvenStart starts) {
    this.engine = at.device().engine();
    this.containers = containers;
    this.goods = goods;
    this.starts = starts;
    this.run = at.desk().self().run();
    this.state = at.desk().state();
    this.journal = at.desk().journal();
    this.clock = at.waiting().clock();
  }

  /** As {@link WaitingContainers#begin}. */
  Optional<Waiting> begin(MigrationId id, Preparation preparation, ContainerSpec wanted)
      throws RefusedException, InterruptedException {
    long ends = preparation.getExpiresAtMs();
    Duration left = ends == 0 ? LONGEST : Duration.ofMillis(ends - clock.millis());
    try {
      if (!state.isMarked(state.held(id)) || !left.isPositive()) {
        return Optional.empty();
      }
      Attempt mark =
          Attempt.newBuilder().setWaiting("%s-%d".formatted(run, clock.millis())).build();
      Optional<String> others = containers.othersName(wanted, Purpose.restore(id, mark));
      if (others.isPresent()) {
        throw new RefusedException(new Refusal(RefusalKind.NAME, wanted.name(), others.get()));
      }
      Journal.Entry note = journal.write(Journal.Entry.waiting(id, wanted.name(), mark));
      return begun(note, preparation, wanted, left.compareTo(LONGEST) < 0 ? left : LONGEST);
    } catch (IOException e) {
      LOG.warn("it does not wait here, and is made when its conversion comes", e);
      return Optional.empty();
    }
  }

  private Optional<Waiting> begun(
      Journal.Entry note, Preparation preparation, ContainerSpec wanted, Duration atMost)
      throws IOException, RefusedException, InterruptedException {
    Optional<Waiting> waiting = Optional.empty();
    try {
      Container made = made(note, preparation, wanted);
      Path mount =
          made.mountedLayer()
              .orElseThrow(() -> new IOException("it is not told where its files are mounted"));
      waiting =
          Optional.of(new Waiting(note, wanted, made, mount, starts.begin(made, true, atMost)));
      Optional<String> not = waiting.get().start().await(CREATED);
      if (not.isPresent()) {
        requirePorts(wanted, not.get());
        throw new IOException(not.get());
      }
      if (!Files.isDirectory(mount) || TreeComparison.isEmpty(mount)) {
        throw new IOException("its files are not seen where the Engine has mounted them: " + mount);
      }
      return waiting;
    } catch (IOException | RuntimeException | RefusedException | InterruptedException e) {
      if (waiting.isPresent()) {
        waiting.get().start().close();
      }
      if (!(e instanceof InterruptedException)) {
        undo(note);
      }
      throw e;
    }
  }

  private Container made(Journal.Entry note, Preparation preparation, ContainerSpec wanted)
      throws IOException, InterruptedException {
    MigrationId id = note.id();
    goods.trees().readyPlaces(id, preparation, wanted);
    String image = goods.images().ensure(preparation.getContainer().getImage());
    String container =
        containers.create(
            wanted.name(), Purpose.restore(id, note.attempt()), wanted.withImage(image));
    Container made =
        engine
            .inspect(container)
            .orElseThrow(() -> new IOException("it was removed by another hand"));
    if (made.hasFilesLabelled()) {
      throw new IOException("the Engine labels its files as it starts it, and not all are here");
    }
    goods.layers().fill(id, List.of(preparation.getLayer()), made);
    goods.trees().readyLog(id, made);
    return made;
  }

  /**
   * @param said the Engine's words, where it has not started it
   * @throws RefusedException where ports are another's
   */
  static void requirePorts(ContainerSpec wanted, String said) throws RefusedException {
    if (PORT_TAKEN.stream().noneMatch(said::contains)) {
      return;
    }
    List<Refusal> taken =
        wanted.publishedPorts().stream()
            .filter(port -> said.matches("(?s).*:%d(?!\\d).*".formatted(port.port())))
            .map(port ->
                new Refusal(
                    RefusalKind.PORT,
                    "%d/%s".formatted(port.port(), port.protocol()),
                    "Port %d/%s, which the container publishes, cannot be had on this device (%s)."
                        .formatted(port.port(), port.protocol(), said),
                    "Free it, or publish another; another migration to this device may have it until its end."))
            .toList();
    if (!taken.isEmpty()) {
      throw new RefusedException(taken);
    }
  }

  /** Removes what was made for a container that waits, or was to; its start is let go before. */
  void undo(Journal.Entry note) throws IOException, InterruptedException {
    containers.remove(note.container(), Purpose.restore(note.id(), note.attempt()));
    goods.trees().undo(note.id());
    journal.remove(note);
  }
}
