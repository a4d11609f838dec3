package io.godwit.matrix;

import io.godwit.matrix.Wires.Moment;
import io.godwit.matrix.Wires.Then;
import io.godwit.matrix.Wires.Trap;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One blow at one moment.
 *
 * @param at the call that it meets
 * @param away how long the victim stays away, or stands still
 * @param once calls that meet their fate first, one after the other: only then is that one waited
 *     for
 */
record Strike(Blow blow, Call at, Duration away, List<Call> once) {
  /** What is done to whom. */
  enum Blow {
    KILL_CHECKPOINTER,
    KILL_CONVERTER,
    KILL_AGENT,
    KILL_BROKER,
    KILL_STORE,
    /** With live-restore: containers outlive it, and the next one takes them over. */
    KILL_ENGINE,
    /** The shims of containers that wait in the runtime. */
    KILL_SHIMS_OF_WHAT_WAITS,
    /** Without live-restore: the next one ends them. */
    KILL_ENGINE_AND_CONTAINERS,
    /** SIGSTOP, and SIGCONT when its time away is over. */
    STOP_CHECKPOINTER,
    STOP_AGENT
  }

  /**
   * A call.
   *
   * @param call regular expression
   * @param nth the how-manieth of its kind since it is waited for, from 1
   * @param lateMs the blow falls so many milliseconds later
   */
  record Call(String who, String call, Moment moment, int nth, Then then, long lateMs) {
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
    Call no(int n) {
      return new Call(who, call, moment, n, then, lateMs);
    }

    /** It goes on its way. */
    Call passing() {
      return new Call(who, call, moment, nth, Then.PASSES, lateMs);
    }

    /** It is answered with 500. */
    Call refused() {
      return new Call(who, call, moment, nth, Then.IS_REFUSED, lateMs);
    }

    private Trap trap(Wires wires, Wires.Blow blow) {
      return wires.trap(who, call, moment, nth, then, blow);
    }

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

  static Strike of(Blow blow, Call at) {
    return new Strike(blow, at, Duration.ZERO, List.of());
  }

  Strike away(double seconds) {
    return new Strike(blow, at, Duration.ofMillis((long) (seconds * 1000)), once);
  }

  /** After those calls, whatever becomes of them. */
  Strike once(Call... first) {
    return new Strike(blow, at, away, List.of(first));
  }

  /** Lies in wait; returns what to wait for. */
  Trap set(Lab lab) {
    Trap trap = at.trap(lab.wires(), () -> strike(lab));
    Trap next = trap;
    for (Call call : once.reversed()) {
      Trap armed = next;
      armed.disarm();
      next = call.trap(lab.wires(), armed::arm);
    }
    return trap;
  }

  private void strike(Lab lab) throws InterruptedException {
    if (at.lateMs() == 0) {
      hit(lab);
      return;
    }
    // The call goes on its way meanwhile.
    Thread.ofVirtual()
        .start(() -> {
          try {
            Thread.sleep(at.lateMs());
            hit(lab);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void hit(Lab lab) throws InterruptedException {
    switch (blow) {
      case KILL_CHECKPOINTER -> lab.service(Lab.CHECKPOINTER).kill();
      case KILL_CONVERTER -> lab.service(Lab.CONVERTER).kill();
      case KILL_AGENT -> lab.service(Lab.AGENT).kill();
      case KILL_BROKER -> lab.broker().kill();
      case KILL_STORE -> lab.store().kill();
      case KILL_ENGINE, KILL_ENGINE_AND_CONTAINERS -> lab.engine().kill();
      case KILL_SHIMS_OF_WHAT_WAITS ->
          lab.engine().waiting().stream()
              .flatMap(create -> create.parent().stream())
              .forEach(ProcessHandle::destroyForcibly);
      case STOP_CHECKPOINTER -> stop(lab.service(Lab.CHECKPOINTER));
      case STOP_AGENT -> stop(lab.service(Lab.AGENT));
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
      case STOP_CHECKPOINTER, STOP_AGENT, KILL_SHIMS_OF_WHAT_WAITS -> {}
      case KILL_CHECKPOINTER -> start(lab.service(Lab.CHECKPOINTER));
      case KILL_CONVERTER -> {
        lab.service(Lab.CONVERTER).awaitEnd();
        lab.forgetConverters();
        start(lab.service(Lab.CONVERTER));
      }
      case KILL_AGENT -> start(lab.service(Lab.AGENT));
      case KILL_BROKER -> start(lab.broker());
      case KILL_STORE -> start(lab.store());
      case KILL_ENGINE, KILL_ENGINE_AND_CONTAINERS -> {
        lab.engine().awaitEnd();
        Thread.sleep(away);
        lab.engine().start(blow == Blow.KILL_ENGINE);
      }
    }
  }

  private void start(OwnProcess process) throws InterruptedException {
    process.awaitEnd();
    Thread.sleep(away);
    process.start();
  }

  @Override
  public String toString() {
    return blow
        + " "
        + at
        + once.stream().map(first -> " once " + first).collect(Collectors.joining())
        + (away.isZero() ? "" : " for " + away);
  }
}
