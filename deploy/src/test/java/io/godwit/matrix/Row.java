package io.godwit.matrix;

import io.godwit.checkpointer.migration.State;
import io.godwit.matrix.Wires.Moment;
import io.godwit.matrix.Wires.Then;
import io.godwit.matrix.Wires.Trap;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * One row of the matrix.
 *
 * @param blow what is done
 * @param at the call that it meets
 * @param away how long the victim stays away, or stands still
 * @param budget how long the container may stand still
 * @param before calls that fail or must have passed, each in its turn, before that one is waited
 *     for
 * @param ends how the migration may end
 */
record Row(
    Blow blow, Call at, Duration away, Duration budget, List<Before> before, Set<State> ends) {
  /** What is done to whom. */
  enum Blow {
    KILL_CHECKPOINTER,
    KILL_CONVERTER,
    KILL_AGENT,
    KILL_BROKER,
    KILL_STORE,
    /** With live-restore: containers outlive it, and the next one takes them over. */
    KILL_ENGINE,
    /** Without live-restore: the next one ends them. */
    KILL_ENGINE_AND_CONTAINERS,
    /** SIGSTOP, and SIGCONT when its time away is over. */
    STOP_CHECKPOINTER,
    STOP_AGENT,
    /** Nobody: the call alone fails, with 500 or a cut connection. */
    NOBODY
  }

  /**
   * A call.
   *
   * @param call regular expression
   * @param nth the how-manieth of its kind in this migration, from 1
   * @param lateMs the blow falls so many milliseconds later
   */
  record Call(String who, String call, Moment moment, int nth, Then then, long lateMs) {
    @Override
    public String toString() {
      return "%s %s's %s%s"
          .formatted(
              moment == Moment.AFTER ? "after" : lateMs > 0 ? "during" : "before",
              who,
              call.replaceAll("[\\\\$]|\\.\\*", ""),
              nth > 1 ? " no. " + nth : "");
    }
  }

  /**
   * Something that happens first: the call meets its fate, and only then the next is waited for.
   */
  record Before(Call call) {}

  static Row of(Blow blow, Call at) {
    return new Row(
        blow,
        at,
        Duration.ZERO,
        Moving.BUDGET,
        List.of(),
        Set.of(State.SUCCEEDED, State.ROLLED_BACK));
  }

  Row away(double seconds) {
    return new Row(blow, at, Duration.ofMillis((long) (seconds * 1000)), budget, before, ends);
  }

  Row budget(int seconds) {
    return new Row(blow, at, away, Duration.ofSeconds(seconds), before, ends);
  }

  /** After that call, whatever became of it. */
  Row once(Call first) {
    return new Row(blow, at, away, budget, List.of(new Before(first)), ends);
  }

  Row ends(State... states) {
    return new Row(blow, at, away, budget, before, Set.of(states));
  }

  /** Before its effect; it has none where its caller or its server dies. */
  static Call before(String who, String call) {
    return new Call(who, call, Moment.BEFORE, 1, Then.IS_CUT, 0);
  }

  /** After its effect, before its caller knows and records it. */
  static Call after(String who, String call) {
    return new Call(who, call, Moment.AFTER, 1, Then.IS_CUT, 0);
  }

  /** While the server is at it. */
  static Call during(String who, String call, long lateMs) {
    return new Call(who, call, Moment.BEFORE, 1, Then.PASSES, lateMs);
  }

  /** The same kind of call, the n-th of it. */
  static Call nth(int nth, Call call) {
    return new Call(call.who(), call.call(), call.moment(), nth, call.then(), call.lateMs());
  }

  /** The same call, but it goes on its way. */
  static Call passing(Call call) {
    return new Call(call.who(), call.call(), call.moment(), call.nth(), Then.PASSES, call.lateMs());
  }

  /** The same call, answered with 500. */
  static Call refused(Call call) {
    return new Call(
        call.who(), call.call(), call.moment(), call.nth(), Then.IS_REFUSED, call.lateMs());
  }

  /** Lies in wait; returns what to wait for. */
  Trap set(Lab lab) {
    Wires wires = lab.wires();
    if (before.isEmpty()) {
      return trap(wires, at, () -> strike(lab));
    }
    Trap last = trap(wires, at, () -> strike(lab));
    last.disarm();
    trap(wires, before.getFirst().call(), last::arm);
    return last;
  }

  private Trap trap(Wires wires, Call call, Wires.Blow then) {
    return wires.trap(call.who(), call.call(), call.moment(), call.nth(), call.then(), then);
  }

  private void strike(Lab lab) throws InterruptedException {
    if (at.lateMs() > 0) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              Thread.sleep(at.lateMs());
              hit(lab);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    } else {
      hit(lab);
    }
  }

  private void hit(Lab lab) throws InterruptedException {
    switch (blow) {
      case KILL_CHECKPOINTER -> lab.service(Lab.CHECKPOINTER).kill();
      case KILL_CONVERTER -> lab.service(Lab.CONVERTER).kill();
      case KILL_AGENT -> lab.service(Lab.AGENT).kill();
      case KILL_BROKER -> lab.broker().kill();
      case KILL_STORE -> lab.store().kill();
      case KILL_ENGINE, KILL_ENGINE_AND_CONTAINERS -> lab.engine().kill();
      case STOP_CHECKPOINTER -> stop(lab.service(Lab.CHECKPOINTER));
      case STOP_AGENT -> stop(lab.service(Lab.AGENT));
      case NOBODY -> {}
    }
  }

  /** The call is held meanwhile: it arrives when its caller has long been late. */
  private void stop(OwnProcess process) throws InterruptedException {
    process.stop();
    Thread.sleep(away);
    process.goOn();
  }

  /** The victim comes back, when it has been away long enough. */
  void comeBack(Lab lab) throws InterruptedException {
    switch (blow) {
      case STOP_CHECKPOINTER, STOP_AGENT, NOBODY -> {}
      case KILL_CHECKPOINTER -> backAfter(lab.service(Lab.CHECKPOINTER));
      case KILL_CONVERTER -> backAfter(lab.service(Lab.CONVERTER));
      case KILL_AGENT -> backAfter(lab.service(Lab.AGENT));
      case KILL_BROKER -> backAfter(lab.broker());
      case KILL_STORE -> backAfter(lab.store());
      case KILL_ENGINE, KILL_ENGINE_AND_CONTAINERS -> {
        lab.engine().awaitEnd();
        Thread.sleep(away);
        lab.engine().start(blow == Blow.KILL_ENGINE);
      }
    }
  }

  private void backAfter(OwnProcess process) throws InterruptedException {
    process.awaitEnd();
    Thread.sleep(away);
    process.start();
  }

  @Override
  public String toString() {
    return blow
        + " "
        + at
        + (before.isEmpty() ? "" : ", once " + before.getFirst().call())
        + (away.isZero() ? "" : ", away " + away);
  }
}
