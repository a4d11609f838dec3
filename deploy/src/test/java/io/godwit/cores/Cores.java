package io.godwit.cores;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Gives cores to kinds of tests, in the order in which they ask. Three kinds on two cores have
 * failed by being late: each looks at times that a user would mind.
 */
final class Cores implements BeforeEachCallback, AfterEachCallback {
  static final int COUNT = 2;

  private static final Semaphore FREE = new Semaphore(COUNT, true);
  private static final Map<String, Kind> KINDS = new HashMap<>();

  /** The tests of one kind share its core: the first waits for it, the last gives it back. */
  private static final class Kind {
    private final ReentrantLock lock = new ReentrantLock();
    private int running;

    void enter() throws InterruptedException {
      lock.lockInterruptibly();
      try {
        if (running == 0) {
          FREE.acquire();
        }
        running++;
      } finally {
        lock.unlock();
      }
    }

    void leave() {
      lock.lock();
      try {
        running--;
        if (running == 0) {
          FREE.release();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) throws InterruptedException {
    kindOf(context).enter();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    kindOf(context).leave();
  }

  private static Kind kindOf(ExtensionContext context) {
    String kind =
        AnnotationSupport.findAnnotation(context.getElement(), KeepsACoreBusy.class)
            .or(() ->
                AnnotationSupport.findAnnotation(
                    context.getRequiredTestClass(), KeepsACoreBusy.class))
            .orElseThrow()
            .value();
    synchronized (KINDS) {
      return KINDS.computeIfAbsent(kind, _ -> new Kind());
    }
  }
}
