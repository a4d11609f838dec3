package io.godwit.matrix;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * Every call between the parts passes here, and what is set up meets it. A call is who makes it and
 * a line: {@code POST /containers/ID/pause} at the Engine, {@code PUT /godwit/KEY} at the store,
 * {@code Produce decisions} at the broker.
 */
final class Wires {
  /** When a call is met. */
  enum Moment {
    /** Nobody but the proxy knows of it: no effect yet. */
    BEFORE,
    /** It was answered; who called does not know. */
    AFTER
  }

  /** What becomes of the call then. */
  enum Then {
    /** Goes on its way. */
    PASSES,
    /** The caller's connection is cut. */
    IS_CUT,
    /** An HTTP call is answered with 500; before its effect, or instead of the answer. */
    IS_REFUSED
  }

  /** Something that is done while the call is held. */
  interface Blow {
    void strike() throws Exception;
  }

  private final List<Trap> traps = new CopyOnWriteArrayList<>();
  private final List<String> seen = new CopyOnWriteArrayList<>();

  /** Waits for one call: the n-th of its kind from now on. */
  final class Trap {
    private final String who;
    private final Pattern call;
    private final Moment moment;
    private final int nth;
    private final Then then;
    private final Blow blow;
    private final AtomicInteger met = new AtomicInteger();
    private final CountDownLatch struck = new CountDownLatch(1);
    private volatile boolean armed = true;

    private Trap(String who, Pattern call, Moment moment, int nth, Then then, Blow blow) {
      this.who = who;
      this.call = call;
      this.moment = moment;
      this.nth = nth;
      this.then = then;
      this.blow = blow;
    }

    private boolean meets(String caller, String line, Moment now) {
      return armed
          && moment == now
          && caller.equals(who)
          && call.matcher(line).find()
          && met.incrementAndGet() == nth;
    }

    private Then strike() {
      try {
        blow.strike();
      } catch (Exception e) {
        throw new AssertionError("the blow at " + call + " failed", e);
      } finally {
        struck.countDown();
      }
      return then;
    }

    boolean hasStruck() {
      return struck.getCount() == 0;
    }

    /** Waits until it has struck. */
    void await(int seconds) throws InterruptedException {
      if (!struck.await(seconds, TimeUnit.SECONDS)) {
        throw new AssertionError(
            "no call %s of %s came %s within %d s; last were: %s"
                .formatted(call, who, moment, seconds, last()));
      }
    }

    void disarm() {
      armed = false;
    }

    void arm() {
      armed = true;
    }
  }

  /**
   * Sets a trap.
   *
   * @param who the caller, such as checkpointer
   * @param call regular expression to be found in the call's line
   * @param nth counted from 1
   */
  Trap trap(String who, String call, Moment moment, int nth, Then then, Blow blow) {
    Trap trap = new Trap(who, Pattern.compile(call), moment, nth, then, blow);
    traps.add(trap);
    return trap;
  }

  /** A new row: no traps, nothing seen. */
  void clear() {
    traps.forEach(Trap::disarm);
    traps.clear();
    seen.clear();
  }

  /** Every call since {@link #clear}: who made it, and its line. */
  List<String> seen() {
    return List.copyOf(seen);
  }

  private List<String> last() {
    List<String> all = seen();
    return all.subList(Math.max(0, all.size() - 30), all.size());
  }

  /** Asked by the proxies. */
  Then meet(String who, String line, Moment moment) {
    if (moment == Moment.BEFORE && !line.startsWith("Fetch")) {
      seen.add(who + ": " + line);
    }
    Then then = Then.PASSES;
    for (Trap trap : traps) {
      if (trap.meets(who, line, moment)) {
        Then verdict = trap.strike();
        then = verdict == Then.PASSES ? then : verdict;
      }
    }
    return then;
  }
}
