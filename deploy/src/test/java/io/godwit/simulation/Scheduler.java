package io.godwit.simulation;

import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs threads one at a time. They are virtual threads whose scheduler this is: whatever the code
 * waits at – a lock, a queue, another thread's end – gives the turn on, and a drawn number says
 * whose turn is next. Time is played: it goes on to the next thing due when nobody has anything to
 * do. One seed, one history.
 *
 * <p>The JDK has custom schedulers for virtual threads (JEP 444), but no public way to give one, so
 * the builder's constructor that its own tests use is called by reflection. Threads that the code
 * starts from virtual threads are virtual threads of the same scheduler.
 */
public final class Scheduler {
  private static final Constructor<?> BUILDER = builder();

  private final Random random;
  private final List<Turn> ready = new ArrayList<>();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final Thread carrier = Thread.currentThread();
  private long nowMs;
  private long sequence;
  private long turns;
  private @Nullable Actor current;

  /** Who has woken a thread from outside of the world, where somebody has. */
  private volatile Optional<String> foreign = Optional.empty();

  private record Turn(Actor actor, Runnable continuation) {}

  /** Something due. */
  private final class Timer implements Comparable<Timer> {
    private final long atMs;
    private final long number = sequence++;
    private final Runnable due;

    Timer(long atMs, Runnable due) {
      this.atMs = atMs;
      this.due = due;
    }

    @Override
    public int compareTo(Timer other) {
      return atMs != other.atMs
          ? Long.compare(atMs, other.atMs)
          : Long.compare(number, other.number);
    }
  }

  /**
   * @param random draws whose turn is next
   */
  public Scheduler(Random random) {
    this.random = random;
  }

  private static Constructor<?> builder() {
    try {
      Constructor<?> constructor =
          Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
              .getDeclaredConstructor(Executor.class);
      constructor.setAccessible(true);
      return constructor;
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("this JDK makes no virtual threads on a scheduler of ours", e);
    }
  }

  /** What is killed, stopped and let go on as one, as the processes of a machine are. */
  public final class Actor implements Executor {
    private final String name;
    private final Deque<Turn> held = new ArrayDeque<>();
    private boolean alive = true;
    private boolean stopped;

    private Actor(String name) {
      this.name = name;
    }

    public String name() {
      return name;
    }

    public boolean isAlive() {
      return alive;
    }

    /** Whether it is alive and not stopped. */
    public boolean isAwake() {
      return alive && !stopped;
    }

    /** Starts a thread. */
    public Thread start(String thread, Runnable work) {
      try {
        return ((Thread.Builder.OfVirtual) BUILDER.newInstance(this)).name(thread).start(work);
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }

    /** Ends all its threads where they stand: nothing of them runs on, not even a finally. */
    public void kill() {
      alive = false;
      held.clear();
      ready.removeIf(turn -> turn.actor == this);
    }

    /** SIGSTOP. */
    public void stop() {
      stopped = true;
      ready.removeIf(turn -> turn.actor == this && held.add(turn));
    }

    /** SIGCONT. */
    public void goOn() {
      stopped = false;
      ready.addAll(held);
      held.clear();
    }

    /** Called by the JDK when a thread of this actor can go on. */
    @Override
    public void execute(Runnable continuation) {
      if (Thread.currentThread() != carrier && !Thread.currentThread().isVirtual()) {
        // Woken by real time, which is none of this world's; by anything else would be a defect.
        if (!Thread.currentThread().getName().startsWith("VirtualThread-unparker")) {
          foreign = Optional.of(Thread.currentThread().getName());
        }
        return;
      }
      if (alive) {
        Turn turn = new Turn(this, continuation);
        if (stopped) {
          held.add(turn);
        } else {
          ready.add(turn);
        }
      }
    }
  }

  /** What threads wait at for others. */
  public final class Signal {
    private final List<Runnable> waiting = new ArrayList<>();

    /** Wakes all who wait. */
    public void raise() {
      List<Runnable> all = List.copyOf(waiting);
      waiting.clear();
      all.forEach(Runnable::run);
    }
  }

  public Actor actor(String name) {
    return new Actor(name);
  }

  public Signal signal() {
    return new Signal();
  }

  /** Played milliseconds. */
  public long nowMs() {
    return nowMs;
  }

  /** Whose turn it is. */
  public Actor current() {
    if (current == null) {
      throw new IllegalStateException("nobody's turn");
    }
    return current;
  }

  /** Whether it is anybody's turn. */
  public boolean isTurn() {
    return current != null;
  }

  /** How many turns there have been. */
  public long turns() {
    return turns;
  }

  /** Does something later, on nobody's thread. */
  public void after(long ms, Runnable due) {
    timers.add(new Timer(nowMs + ms, due));
  }

  /** Lets others have their turns, if drawn so. */
  public void yield() {
    if (!ready.isEmpty()) {
      Thread.yield();
    }
  }

  /** Never goes on: the thread's actor is dead. */
  public void end() {
    while (true) {
      LockSupport.park();
      // Who was interrupted before would not be parked at all, and spin.
      Thread.interrupted();
    }
  }

  /** Lets played time pass. */
  public void sleep(Duration time) throws InterruptedException {
    await(signal(), () -> false, time);
  }

  /** Lets played time pass, whoever interrupts. */
  public void pass(long ms) {
    boolean interrupted = false;
    long end = nowMs + ms;
    while (nowMs < end) {
      try {
        sleep(Duration.ofMillis(end - nowMs));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until something holds, which is looked at whenever a signal is raised. */
  public boolean await(Signal signal, BooleanSupplier holds, Duration atMost)
      throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (holds.getAsBoolean()) {
      return true;
    }
    Thread thread = Thread.currentThread();
    boolean[] over = {false};
    // A clock that reads till the end of times is no reason to overflow.
    long most = Math.clamp(atMost.toMillis(), 0, Duration.ofDays(3650).toMillis());
    Timer timer =
        new Timer(
            nowMs + most,
            () -> {
              over[0] = true;
              LockSupport.unpark(thread);
            });
    timers.add(timer);
    Runnable wake = () -> LockSupport.unpark(thread);
    try {
      while (!over[0]) {
        signal.waiting.add(wake);
        LockSupport.park();
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (holds.getAsBoolean()) {
          return true;
        }
      }
      return false;
    } finally {
      signal.waiting.remove(wake);
      timers.remove(timer);
    }
  }

  /**
   * Gives turns until nothing is to be done any more, or it is enough.
   *
   * @param event told after every turn
   * @param enough looked at before every step of time
   * @param until the latest time
   */
  public void run(Runnable event, Supplier<Boolean> enough, long until) {
    while (true) {
      if (ready.isEmpty()) {
        if (enough.get() || timers.isEmpty() || timers.element().atMs > until) {
          return;
        }
        Timer next = timers.remove();
        nowMs = Math.max(nowMs, next.atMs);
        // As it has been until now, and as it is now.
        event.run();
        next.due.run();
      } else {
        int drawn = ready.size() == 1 ? 0 : random.nextInt(ready.size());
        Turn turn = ready.remove(drawn);
        current = turn.actor;
        turns++;
        turn.continuation.run();
        current = null;
      }
      event.run();
      foreign.ifPresent(who -> {
        throw new IllegalStateException("a thread of the world was woken by " + who);
      });
    }
  }

  /** Forgets everybody. */
  public void close() {
    ready.clear();
    timers.clear();
  }
}
