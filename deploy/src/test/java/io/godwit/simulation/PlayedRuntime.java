package io.godwit.simulation;

import io.godwit.agent.hold.Awaited;
import io.godwit.agent.hold.Hold;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The runtime in front of a machine's runc: a create waits for the word of who awaits it. */
final class PlayedRuntime {
  private static final long GLANCE_MS = 1_000;

  private final World world;
  private final Map<String, Call> awaited = new HashMap<>();

  PlayedRuntime(World world) {
    this.world = world;
  }

  /** What an agent says to a create. */
  sealed interface Word {
    /** Restore it. */
    record Go(Path images) implements Word {}

    /** It is one as any other. */
    record Pass() implements Word {}

    /** Let it fail. */
    record No(String why) implements Word {}
  }

  /** As an agent sees it. */
  Awaited of(Scheduler.Actor agent) {
    return new Awaited() {
      @Override
      public Hold hold(String containerId, Duration atMost) {
        Call call = new Call(agent, atMost.toMillis());
        awaited.put(containerId, call);
        return call;
      }

      @Override
      public void forget(String containerId) {
        awaited.remove(containerId);
      }
    };
  }

  /** Who awaits a container; he may be gone. */
  Optional<Call> call(String containerId) {
    return Optional.ofNullable(awaited.get(containerId));
  }

  /** It was started, and is one as any other. */
  void started(String containerId) {
    awaited.remove(containerId);
  }

  /** The machine starts anew. */
  void forgetAll() {
    awaited.clear();
  }

  /** Between an agent and a create, over one connection, which ends with either. */
  final class Call implements Hold {
    private final Scheduler.Actor agent;
    private final Scheduler.Signal signal = world.scheduler().signal();
    private final long atMostMs;
    private Optional<Word> word = Optional.empty();
    private boolean arrived;
    private boolean closed;
    private boolean over;

    private Call(Scheduler.Actor agent, long atMostMs) {
      this.agent = agent;
      this.atMostMs = atMostMs;
    }

    /** The create: waits. */
    Word await() throws IOException {
      if (closed || over || !agent.isAlive()) {
        return new Word.No("its agent does not run");
      }
      arrived = true;
      signal.raise();
      long until = world.nowMs() + atMostMs;
      try {
        while (word.isEmpty() && !closed && agent.isAlive() && world.nowMs() < until) {
          long glance = Math.min(GLANCE_MS, until - world.nowMs());
          world
              .scheduler()
              .await(signal, () -> word.isPresent() || closed, Duration.ofMillis(glance));
        }
      } catch (InterruptedException e) {
        throw new IOException("the create was interrupted", e);
      }
      over = true;
      signal.raise();
      return word.orElse(new Word.No("it was let go before it was restored"));
    }

    @Override
    public boolean await(Duration patience) throws InterruptedException {
      world.scheduler().await(signal, () -> holds() || over, patience);
      return holds();
    }

    @Override
    public boolean holds() {
      return arrived && !closed && !over;
    }

    private void say(Word said) throws IOException {
      if (!holds()) {
        throw new IOException("nobody hears");
      }
      word = Optional.of(said);
      signal.raise();
    }

    @Override
    public void go(Path images, Path work) throws IOException {
      world.step("go");
      say(new Word.Go(images));
    }

    @Override
    public void pass() throws IOException {
      say(new Word.Pass());
    }

    @Override
    public void no(String sentence) throws IOException {
      say(new Word.No(sentence));
    }

    @Override
    public void close() {
      closed = true;
      signal.raise();
    }
  }
}
